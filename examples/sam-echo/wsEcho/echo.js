// SPDX-License-Identifier: Apache-2.0
// {"action":"echo","data":...}: the data goes back to the one who sent it.
const { send } = require('../connections');

exports.handler = async (event) => {
  const { data } = JSON.parse(event.body);
  await send(event, { action: 'echo', data });
  return { statusCode: 200 };
};
