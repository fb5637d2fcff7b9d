// The same with the AWS SDK for JavaScript v3.

import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";

const connections = new ApiGatewayManagementApiClient({ endpoint: process.env.WEBSOCKET_ENDPOINT });

export const handler = async (event) => {
  const ConnectionId = event.requestContext.connectionId;
  const { Identity } = await connections.send(new GetConnectionCommand({ ConnectionId }));
  const gone = await isGone("L0SM9cOFvHcCIhw=");
  const Data = JSON.stringify({ id: ConnectionId, body: event.body, sourceIp: Identity.SourceIp, gone });
  await connections.send(new PostToConnectionCommand({ ConnectionId, Data }));
  await connections.send(new DeleteConnectionCommand({ ConnectionId }));
  return { statusCode: 200 };
};

async function isGone(ConnectionId) {
  try {
    await connections.send(new PostToConnectionCommand({ ConnectionId, Data: "anybody there?" }));
  } catch (error) {
    if (error instanceof GoneException) {
      return true;
    }
    throw error;
  }
  return false;
}
