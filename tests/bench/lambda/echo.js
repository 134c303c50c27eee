// SPDX-License-Identifier: Apache-2.0
// The function that is measured: as little as a two-way route can do. $connect invokes it, too, without a body.
exports.handler = async (event) => ({ statusCode: 200, body: event.body });
