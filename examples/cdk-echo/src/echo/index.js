// SPDX-License-Identifier: Apache-2.0
// {"action":"echo","data":...}: the data goes back to the one who sent it.
const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');

const client = new ApiGatewayManagementApiClient({ endpoint: process.env.CALLBACK_URL });

exports.handler = async ({ body, requestContext }) => {
  const { data } = JSON.parse(body);
  await client.send(new PostToConnectionCommand({ ConnectionId: requestContext.connectionId, Data: JSON.stringify({ action: 'echo', data }) }));
  return { statusCode: 200 };
};
