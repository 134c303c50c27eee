// SPDX-License-Identifier: Apache-2.0
// Sends to the client that an event came from, through @connections of the stage that it is connected to.
const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');

let client;

exports.send = async ({ requestContext }, message) => {
  client ??= new ApiGatewayManagementApiClient({ endpoint: `https://${requestContext.domainName}/${requestContext.stage}` });
  await client.send(new PostToConnectionCommand({ ConnectionId: requestContext.connectionId, Data: JSON.stringify(message) }));
};
