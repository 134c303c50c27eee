// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Events as AWS sent them to Lambda (spec captures 3.1 and 3.2), byte for byte but for the client's own
/// texts (user agent, marker, address), which are replaced by others of the same length.
namespace golden {

// clang-format off
/// Query string: marker=...&context=query+value&repeat=first&repeat=second
inline constexpr std::string_view kConnect =
    R"({"headers":{"Host":"9f51g9pb21.execute-api.us-east-1.amazonaws.com","Origin":"https://probe.invalid",)"
    R"("Sec-WebSocket-Key":"eQCY2PdReg9IGr8yl36Xdw==","Sec-WebSocket-Version":"13",)"
    R"("User-Agent":"postern-golden-websocket-client-1",)"
    R"("X-Amzn-Trace-Id":"Root=1-6ab63cdd-0e3d1a2c48a38ddf14686280","X-Context":"header value",)"
    R"("X-Forwarded-For":"203.0.113.250","X-Forwarded-Port":"443","X-Forwarded-Proto":"https",)"
    R"("X-Probe":"golden-event-captured-sample:removed-connect"},)"
    R"("multiValueHeaders":{"Host":["9f51g9pb21.execute-api.us-east-1.amazonaws.com"],)"
    R"("Origin":["https://probe.invalid"],"Sec-WebSocket-Key":["eQCY2PdReg9IGr8yl36Xdw=="],)"
    R"("Sec-WebSocket-Version":["13"],"User-Agent":["postern-golden-websocket-client-1"],)"
    R"("X-Amzn-Trace-Id":["Root=1-6ab63cdd-0e3d1a2c48a38ddf14686280"],"X-Context":["header value"],)"
    R"("X-Forwarded-For":["203.0.113.250"],"X-Forwarded-Port":["443"],"X-Forwarded-Proto":["https"],)"
    R"("X-Probe":["golden-event-captured-sample:removed-connect"]},)"
    R"("queryStringParameters":{"context":"query value",)"
    R"("marker":"golden-event-captured-sample:removed-connect","repeat":"second"},)"
    R"("multiValueQueryStringParameters":{"context":["query value"],)"
    R"("marker":["golden-event-captured-sample:removed-connect"],"repeat":["first","second"]},)"
    R"("requestContext":{"routeKey":"$connect",)"
    R"("eventType":"CONNECT","extendedRequestId":"EP5yqFByIAMElXw=",)"
    R"("requestTime":"25/Sep/2026:09:20:29 +0000","messageDirection":"IN",)"
    R"("stage":"probe","connectedAt":1790328029377,"requestTimeEpoch":1790328029391,)"
    R"("identity":{"userAgent":"postern-golden-websocket-client-1","sourceIp":"203.0.113.250"},)"
    R"("requestId":"EP5yqFByIAMElXw=","domainName":"9f51g9pb21.execute-api.us-east-1.amazonaws.com",)"
    R"("connectionId":"gbik1K9kzQAYKEilnA==","apiId":"9f51g9pb21"},)"
    R"("isBase64Encoded":false})";

/// A text message
inline constexpr std::string_view kMessage =
    R"({)"
    R"("requestContext":{"routeKey":"echo",)"
    R"("messageId":"gbik1Q9lQQAYKEilnA==",)"
    R"("eventType":"MESSAGE","extendedRequestId":"EP5ytGkJoAMEmUQ=",)"
    R"("requestTime":"25/Sep/2026:09:20:29 +0000","messageDirection":"IN",)"
    R"("stage":"probe","connectedAt":1790328029377,"requestTimeEpoch":1790328029641,)"
    R"("identity":{"userAgent":"postern-golden-websocket-client-1","sourceIp":"203.0.113.250"},)"
    R"("requestId":"EP5ytGkJoAMEmUQ=","domainName":"9f51g9pb21.execute-api.us-east-1.amazonaws.com",)"
    R"("connectionId":"gbik1K9kzQAYKEilnA==","apiId":"9f51g9pb21"},)"
    R"("body":"{\"action\": \"echo\", \"mode\": \"ok\", \"marker\": \"golden-event-captured-sample:removed-ws-success\", \"payload\": \"owned-data-trace-body\"}",)"
    R"("isBase64Encoded":false})";

/// The same connection; its function threw
inline constexpr std::string_view kMessageFailing =
    R"({)"
    R"("requestContext":{"routeKey":"echo",)"
    R"("messageId":"gbik1a9l2QAYKEilnA==",)"
    R"("eventType":"MESSAGE","extendedRequestId":"EP5yyFgTIAMEtdw=",)"
    R"("requestTime":"25/Sep/2026:09:20:30 +0000","messageDirection":"IN",)"
    R"("stage":"probe","connectedAt":1790328029377,"requestTimeEpoch":1790328030151,)"
    R"("identity":{"userAgent":"postern-golden-websocket-client-1","sourceIp":"203.0.113.250"},)"
    R"("requestId":"EP5yyFgTIAMEtdw=","domainName":"9f51g9pb21.execute-api.us-east-1.amazonaws.com",)"
    R"("connectionId":"gbik1K9kzQAYKEilnA==","apiId":"9f51g9pb21"},)"
    R"("body":"{\"action\": \"echo\", \"mode\": \"raise\", \"marker\": \"golden-event-captured-sample:removed-ws-raise\", \"payload\": \"owned-data-trace-body\"}",)"
    R"("isBase64Encoded":false})";

/// The client closed with 1000 "probe-complete"
inline constexpr std::string_view kDisconnect =
    R"({"headers":{"Host":"9f51g9pb21.execute-api.us-east-1.amazonaws.com","x-api-key":"",)"
    R"("X-Forwarded-For":"","x-restapi":""},)"
    R"("multiValueHeaders":{"Host":["9f51g9pb21.execute-api.us-east-1.amazonaws.com"],"x-api-key":[""],)"
    R"("X-Forwarded-For":[""],"x-restapi":[""]},)"
    R"("requestContext":{"routeKey":"$disconnect","disconnectStatusCode":1000,)"
    R"("eventType":"DISCONNECT","extendedRequestId":"EP5y0FKXIAMEkmg=",)"
    R"("requestTime":"25/Sep/2026:09:20:30 +0000","messageDirection":"IN","disconnectReason":"probe-complete",)"
    R"("stage":"probe","connectedAt":1790328029377,"requestTimeEpoch":1790328030389,)"
    R"("identity":{"userAgent":"postern-golden-websocket-client-1","sourceIp":"203.0.113.250"},)"
    R"("requestId":"EP5y0FKXIAMEkmg=","domainName":"9f51g9pb21.execute-api.us-east-1.amazonaws.com",)"
    R"("connectionId":"gbik1K9kzQAYKEilnA==","apiId":"9f51g9pb21"},)"
    R"("isBase64Encoded":false})";

/// With authorizer, query string and stage variables
inline constexpr std::string_view kConnectAuthorized =
    R"({"headers":{"Authorization":"probe-shared-identity",)"
    R"("Host":"flma4p3um3.execute-api.us-east-1.amazonaws.com","Origin":"https://probe.invalid",)"
    R"("Sec-WebSocket-Key":"BMtp3mbSS5SFgLc645GX1Q==","Sec-WebSocket-Version":"13",)"
    R"("User-Agent":"postern-golden-websocket-client-02",)"
    R"("X-Amzn-Trace-Id":"Root=1-6ab5d8e2-727404e2242091ff1b546822","X-Forwarded-For":"203.0.113.250",)"
    R"("X-Forwarded-Port":"443","X-Forwarded-Proto":"https","X-Mixed-Header":"ProbeValue","X-Mode":"allow",)"
    R"("X-Probe":"golden-event-authorizer:stage-identity-present-positive-connect"},)"
    R"("multiValueHeaders":{"Authorization":["probe-shared-identity"],)"
    R"("Host":["flma4p3um3.execute-api.us-east-1.amazonaws.com"],"Origin":["https://probe.invalid"],)"
    R"("Sec-WebSocket-Key":["BMtp3mbSS5SFgLc645GX1Q=="],"Sec-WebSocket-Version":["13"],)"
    R"("User-Agent":["postern-golden-websocket-client-02"],)"
    R"("X-Amzn-Trace-Id":["Root=1-6ab5d8e2-727404e2242091ff1b546822"],"X-Forwarded-For":["203.0.113.250"],)"
    R"("X-Forwarded-Port":["443"],"X-Forwarded-Proto":["https"],"X-Mixed-Header":["ProbeValue"],)"
    R"("X-Mode":["allow"],"X-Probe":["golden-event-authorizer:stage-identity-present-positive-connect"]},)"
    R"("queryStringParameters":{"encoded":"a+b space",)"
    R"("marker":"golden-event-authorizer:stage-identity-present-positive-connect","repeat":"two",)"
    R"("tenant":"probe-tenant"},)"
    R"("multiValueQueryStringParameters":{"encoded":["a+b space"],)"
    R"("marker":["golden-event-authorizer:stage-identity-present-positive-connect"],"repeat":["one","two"],)"
    R"("tenant":["probe-tenant"]},)"
    R"("stageVariables":{"probePhase":"stage-identity-present"},)"
    R"("requestContext":{"routeKey":"$connect",)"
    R"("authorizer":{"falseValue":"false","invocation":"85987d76-757b-4988-a655-c1dca9cc9321",)"
    R"("stringValue":"probe-value","emptyValue":"",)"
    R"("marker":"golden-event-authorizer:stage-identity-present-positive-connect",)"
    R"("stageMarker":"stage-identity-present","principalId":"probe-principal","booleanValue":"true",)"
    R"("integrationLatency":21,"numberValue":"7"},)"
    R"("eventType":"CONNECT","extendedRequestId":"EO7TaH4WoAMEG7w=",)"
    R"("requestTime":"25/Sep/2026:02:13:54 +0000","messageDirection":"IN",)"
    R"("stage":"probe","connectedAt":1790302434134,"requestTimeEpoch":1790302434134,)"
    R"("identity":{"userAgent":"postern-golden-websocket-client-02","sourceIp":"203.0.113.250"},)"
    R"("requestId":"EO7TaH4WoAMEG7w=","domainName":"flma4p3um3.execute-api.us-east-1.amazonaws.com",)"
    R"("connectionId":"gbgn2q-laQAYKEj1JA==","apiId":"flma4p3um3"},)"
    R"("isBase64Encoded":false})";

/// With authorizer, without query string and stage variables
inline constexpr std::string_view kConnectAuthorizedBare =
    R"({"headers":{"Authorization":"golden-event-authorizer:empty-request-shape-ready-1",)"
    R"("Host":"flma4p3um3.execute-api.us-east-1.amazonaws.com","Origin":"https://probe.invalid",)"
    R"("Sec-WebSocket-Key":"VQE5fcUjaRJTuxtJPg9ePg==","Sec-WebSocket-Version":"13",)"
    R"("User-Agent":"postern-golden-websocket-client-02",)"
    R"("X-Amzn-Trace-Id":"Root=1-6ab5d805-29a611185eb573c26cb69b26","X-Forwarded-For":"203.0.113.250",)"
    R"("X-Forwarded-Port":"443","X-Forwarded-Proto":"https","X-Mixed-Header":"ProbeValue","X-Mode":"allow",)"
    R"("X-Probe":"golden-event-authorizer:empty-request-shape-ready-1-connect"},)"
    R"("multiValueHeaders":{"Authorization":["golden-event-authorizer:empty-request-shape-ready-1"],)"
    R"("Host":["flma4p3um3.execute-api.us-east-1.amazonaws.com"],"Origin":["https://probe.invalid"],)"
    R"("Sec-WebSocket-Key":["VQE5fcUjaRJTuxtJPg9ePg=="],"Sec-WebSocket-Version":["13"],)"
    R"("User-Agent":["postern-golden-websocket-client-02"],)"
    R"("X-Amzn-Trace-Id":["Root=1-6ab5d805-29a611185eb573c26cb69b26"],"X-Forwarded-For":["203.0.113.250"],)"
    R"("X-Forwarded-Port":["443"],"X-Forwarded-Proto":["https"],"X-Mixed-Header":["ProbeValue"],)"
    R"("X-Mode":["allow"],"X-Probe":["golden-event-authorizer:empty-request-shape-ready-1-connect"]},)"
    R"("requestContext":{"routeKey":"$connect",)"
    R"("authorizer":{"falseValue":"false","invocation":"303a8afb-48d9-4937-9b6a-3ae4da4f2dd9",)"
    R"("stringValue":"probe-value","emptyValue":"",)"
    R"("marker":"golden-event-authorizer:empty-request-shape-ready-1-connect","stageMarker":"",)"
    R"("principalId":"probe-principal","booleanValue":"true","integrationLatency":12,"numberValue":"7"},)"
    R"("eventType":"CONNECT","extendedRequestId":"EO6w7FEqoAMEd5Q=",)"
    R"("requestTime":"25/Sep/2026:02:10:13 +0000","messageDirection":"IN",)"
    R"("stage":"probe","connectedAt":1790302213450,"requestTimeEpoch":1790302213450,)"
    R"("identity":{"userAgent":"postern-golden-websocket-client-02","sourceIp":"203.0.113.250"},)"
    R"("requestId":"EO6w7FEqoAMEd5Q=","domainName":"flma4p3um3.execute-api.us-east-1.amazonaws.com",)"
    R"("connectionId":"gbgmxs6n3QAYKEh-zA==","apiId":"flma4p3um3"},)"
    R"("isBase64Encoded":false})";

/// With authorizer and stage variables
inline constexpr std::string_view kMessageAuthorized =
    R"({)"
    R"("stageVariables":{"probePhase":"initial"},)"
    R"("requestContext":{"routeKey":"echo",)"
    R"("authorizer":{"falseValue":"false","invocation":"26a407fe-7390-4643-9005-ab19586eeec7",)"
    R"("stringValue":"probe-value","emptyValue":"","marker":"golden-event-authorize2:initial-ready-2-connect",)"
    R"("stageMarker":"initial","principalId":"probe-principal","booleanValue":"true","numberValue":"7"},)"
    R"("messageId":"gbgan04ktQAYKEhVEA==",)"
    R"("eventType":"MESSAGE","extendedRequestId":"EO0sAGbFIAMEXrA=",)"
    R"("requestTime":"25/Sep/2026:01:28:44 +0000","messageDirection":"IN",)"
    R"("stage":"probe","connectedAt":1790299723370,"requestTimeEpoch":1790299724324,)"
    R"("identity":{"userAgent":"postern-golden-websocket-client-02","sourceIp":"203.0.113.250"},)"
    R"("requestId":"EO0sAGbFIAMEXrA=","domainName":"5a3f4piezc.execute-api.us-east-1.amazonaws.com",)"
    R"("connectionId":"gbgani4jKQAYKEhVEA==","apiId":"5a3f4piezc"},)"
    R"("body":"{\"action\": \"echo\", \"marker\": \"golden-event-authorize2:initial-ready-2-echo\"}",)"
    R"("isBase64Encoded":false})";

/// With authorizer and stage variables
inline constexpr std::string_view kDisconnectAuthorized =
    R"({"headers":{"Host":"5a3f4piezc.execute-api.us-east-1.amazonaws.com","x-api-key":"",)"
    R"("X-Forwarded-For":"","x-restapi":""},)"
    R"("multiValueHeaders":{"Host":["5a3f4piezc.execute-api.us-east-1.amazonaws.com"],"x-api-key":[""],)"
    R"("X-Forwarded-For":[""],"x-restapi":[""]},)"
    R"("stageVariables":{"probePhase":"initial"},)"
    R"("requestContext":{"routeKey":"$disconnect","disconnectStatusCode":1000,)"
    R"("authorizer":{"falseValue":"false","invocation":"26a407fe-7390-4643-9005-ab19586eeec7",)"
    R"("stringValue":"probe-value","emptyValue":"","marker":"golden-event-authorize2:initial-ready-2-connect",)"
    R"("stageMarker":"initial","principalId":"probe-principal","booleanValue":"true","numberValue":"7"},)"
    R"("eventType":"DISCONNECT","extendedRequestId":"EO0sTGJ0IAMEcFg=",)"
    R"("requestTime":"25/Sep/2026:01:28:46 +0000","messageDirection":"IN","disconnectReason":"probe-complete",)"
    R"("stage":"probe","connectedAt":1790299723370,"requestTimeEpoch":1790299726268,)"
    R"("identity":{"userAgent":"postern-golden-websocket-client-02","sourceIp":"203.0.113.250"},)"
    R"("requestId":"EO0sTGJ0IAMEcFg=","domainName":"5a3f4piezc.execute-api.us-east-1.amazonaws.com",)"
    R"("connectionId":"gbgani4jKQAYKEhVEA==","apiId":"5a3f4piezc"},)"
    R"("isBase64Encoded":false})";

/// The client had sent a binary frame
inline constexpr std::string_view kDisconnectBinary =
    R"({"headers":{"Host":"06dsnuqv44.execute-api.us-east-1.amazonaws.com","x-api-key":"",)"
    R"("X-Forwarded-For":"","x-restapi":""},)"
    R"("multiValueHeaders":{"Host":["06dsnuqv44.execute-api.us-east-1.amazonaws.com"],"x-api-key":[""],)"
    R"("X-Forwarded-For":[""],"x-restapi":[""]},)"
    R"("requestContext":{"routeKey":"$disconnect","disconnectStatusCode":1003,)"
    R"("eventType":"DISCONNECT","extendedRequestId":"EOoVbFcDIAMEl9Q=",)"
    R"("requestTime":"25/Sep/2026:00:04:24 +0000","messageDirection":"IN",)"
    R"("disconnectReason":"Binary is not supported",)"
    R"("stage":"probe","connectedAt":1790294664392,"requestTimeEpoch":1790294664693,)"
    R"("identity":{"userAgent":"postern-golden-websocket-client-1","sourceIp":"203.0.113.250"},)"
    R"("requestId":"EOoVbFcDIAMEl9Q=","domainName":"06dsnuqv44.execute-api.us-east-1.amazonaws.com",)"
    R"("connectionId":"gbgB6m7sSQAYKEiKEA==","apiId":"06dsnuqv44"},)"
    R"("isBase64Encoded":false})";

/// Ten idle minutes, behind a custom domain
inline constexpr std::string_view kDisconnectIdle =
    R"({"headers":{"Host":"wss.example.com","x-api-key":"","X-Forwarded-For":"","x-restapi":""},)"
    R"("multiValueHeaders":{"Host":["wss.example.com"],"x-api-key":[""],"X-Forwarded-For":[""],)"
    R"("x-restapi":[""]},)"
    R"("requestContext":{"routeKey":"$disconnect","disconnectStatusCode":1001,)"
    R"("eventType":"DISCONNECT","extendedRequestId":"TX0tuFp2joEF5Zw=",)"
    R"("requestTime":"19/Feb/2024:07:21:46 +0000","messageDirection":"IN","disconnectReason":"Going away",)"
    R"("stage":"develop","connectedAt":1708326702789,"requestTimeEpoch":1708327306706,)"
    R"("identity":{"userAgent":"Mozilla/5.0 (X11; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0",)"
    R"("sourceIp":"198.51.100.15"},)"
    R"("requestId":"TX0tuFp2joEF5Zw=","domainName":"wss.example.com","connectionId":"TXzPWdnOjoECGjA=",)"
    R"("apiId":"nn27okk1we"},)"
    R"("isBase64Encoded":false})";

// clang-format on

}  // namespace golden
