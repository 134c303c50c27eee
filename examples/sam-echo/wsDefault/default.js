// SPDX-License-Identifier: Apache-2.0
// $default: messages that no other route takes.
const { send } = require('../connections');

exports.handler = async (event) => {
  await send(event, { error: 'no such action', hint: 'try {"action":"echo","data":"hello"}' });
  return { statusCode: 200 };
};
