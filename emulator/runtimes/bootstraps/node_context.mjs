// The `context` argument of a Node handler (AWS docs, "Using the Lambda context object ... Node.js").

/** Function facts come from the environment, as in AWS's client; throws if the client context is not JSON. */
export function contextOf(header) {
  return {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed(header.client_context, "ClientContext"),
    identity: parsed(header.identity, "CognitoIdentity"),
    invokedFunctionArn: header.arn,
    awsRequestId: header.id,
    tenantId: header.tenant ?? undefined,
    getRemainingTimeInMillis: () => header.deadline_ms - Date.now(),
  };
}

function parsed(text, name) {
  if (!text) {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}
