"""Amazon DynamoDB and DynamoDB Streams: moto keeps the tables; streams and expiry are the house's own."""
