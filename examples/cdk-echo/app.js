// SPDX-License-Identifier: Apache-2.0
// A WebSocket API of two Lambda functions, as one would deploy it with `cdk deploy`.
const path = require('node:path');
const { App, CfnOutput, Duration, Stack } = require('aws-cdk-lib');
const { WebSocketApi, WebSocketStage } = require('aws-cdk-lib/aws-apigatewayv2');
const { WebSocketLambdaIntegration } = require('aws-cdk-lib/aws-apigatewayv2-integrations');
const { Code, Function: LambdaFunction, Runtime } = require('aws-cdk-lib/aws-lambda');

const codeOf = (name) => Code.fromAsset(path.join(__dirname, 'src', name));

class EchoStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const timeout = Duration.seconds(10);
    const lobby = new LambdaFunction(this, 'Lobby', { runtime: Runtime.PYTHON_3_11, handler: 'lobby.handler', code: codeOf('lobby'), timeout });
    const echo = new LambdaFunction(this, 'Echo', { runtime: Runtime.NODEJS_20_X, handler: 'index.handler', code: codeOf('echo'), timeout });

    const api = new WebSocketApi(this, 'Api', {
      connectRouteOptions: { integration: new WebSocketLambdaIntegration('Enter', lobby) },
      disconnectRouteOptions: { integration: new WebSocketLambdaIntegration('Leave', lobby) },
      defaultRouteOptions: { integration: new WebSocketLambdaIntegration('Lost', lobby), returnResponse: true },
    });
    api.addRoute('echo', { integration: new WebSocketLambdaIntegration('Echo', echo) });
    const stage = new WebSocketStage(this, 'Stage', { webSocketApi: api, stageName: 'dev', autoDeploy: true });

    echo.addEnvironment('CALLBACK_URL', stage.callbackUrl);
    stage.grantManagementApiAccess(echo);
    new CfnOutput(this, 'Url', { value: stage.url });
  }
}

new EchoStack(new App(), 'Echo', { env: { account: '123456789012', region: 'eu-west-1' } });
