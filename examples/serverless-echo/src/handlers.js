// SPDX-License-Identifier: Apache-2.0
// The functions of the echo, with version 2 of the AWS SDK and in the callback style that many older handlers have.
const { ApiGatewayManagementApi } = require('aws-sdk');

exports.connect = (event, context, callback) => callback(null, { statusCode: 200 });

exports.disconnect = (event, context, callback) => callback(null, { statusCode: 200 });

exports.help = async () => ({ statusCode: 200, body: JSON.stringify({ hint: 'try {"action":"echo","data":"hello"}' }) });

exports.echo = async (event) => {
  const { connectionId, domainName, stage } = event.requestContext;
  const connections = new ApiGatewayManagementApi({ endpoint: `${domainName}/${stage}` });
  const { data } = JSON.parse(event.body);
  await connections.postToConnection({ ConnectionId: connectionId, Data: JSON.stringify({ action: 'echo', data }) }).promise();
  return { statusCode: 200 };
};
