// What a node knows of markets: Velox's own JSON-RPC methods, and a market's account read directly.
// Every function takes the web3.js Connection first; addresses may be PublicKeys or Base58 strings.

import { decodeSeat, seatSlice } from './book-wire.mjs';

/** Terms, addresses and totals of a market. */
export async function getMarket(connection, market) {
  return (await call(connection, 'getMarket', [String(market)])).value;
}

/** The best `depth` levels of each side, best first, and `sequence`, the market's events so far (see BookFeed). */
export async function getOrderBook(connection, market, { depth } = {}) {
  return (await call(connection, 'getOrderBook', [String(market), { depth }])).value;
}

/** The newest trades of a market, newest first. */
export async function getTrades(connection, market, { limit } = {}) {
  return (await call(connection, 'getTrades', [String(market), { limit }])).value;
}

/** Owner, session key and balances of a seat. */
export async function getSeat(connection, market, seat) {
  const config = { encoding: 'base64', commitment: 'confirmed', dataSlice: seatSlice(seat) };
  const { value } = await call(connection, 'getAccountInfo', [String(market), config]);
  return decodeSeat(Buffer.from(value.data[0], 'base64'));
}

/** The bytes that a transaction's last program returned, or null. web3.js drops this field of the answer. */
export async function getReturnData(connection, signature) {
  const config = { commitment: 'confirmed', encoding: 'json', maxSupportedTransactionVersion: 0 };
  const transaction = await call(connection, 'getTransaction', [signature, config]);
  if (transaction === null) throw new Error(`transaction ${signature} is not known`);
  const returned = transaction.meta.returnData;
  return returned ? Buffer.from(returned.data[0], 'base64') : null;
}

async function call(connection, method, params) {
  const response = await fetch(connection.rpcEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { error, result } = await response.json();
  if (error) throw Object.assign(new Error(`${method}: ${error.message}`), { code: error.code, data: error.data });
  return result;
}
