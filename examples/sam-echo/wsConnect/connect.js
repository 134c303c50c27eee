// SPDX-License-Identifier: Apache-2.0
// $connect: everybody may come in. A status of 400 or more would refuse the handshake.
exports.handler = async (event) => {
  console.log('connect', event.requestContext.connectionId);
  return { statusCode: 200 };
};
