// SPDX-License-Identifier: Apache-2.0
// $disconnect: the connection is gone; this is where its traces would be removed.
exports.handler = async (event) => {
  const { connectionId, disconnectStatusCode, disconnectReason } = event.requestContext;
  console.log('disconnect', connectionId, disconnectStatusCode, disconnectReason);
  return { statusCode: 200 };
};
