// SPDX-License-Identifier: Apache-2.0
// What goes to {apiId}.execute-api.{AWS_REGION}.amazonaws.com:443 goes to POSTERN_GATEWAY_TLS (HOST:PORT) instead, so that a host name
// that stands in a handler reaches this gateway. Only the target changes: TLS still asks for the name and checks it, HTTP still says it.
// Below every client (https, http2, fetch, both AWS SDKs) there is net.Socket's connect().
import net from 'node:net';

/** The same options with the gateway as target, or `options` itself when they name another host. */
function redirected(options, { suffix, host, port }) {
  if (Number(options?.port) !== 443 || typeof options.host !== 'string') return options;
  const name = options.host.toLowerCase();
  const isApi = name.endsWith(suffix) && /^[a-z0-9-]+$/.test(name.slice(0, -suffix.length));
  return isApi ? { ...options, host, port } : options;
}

function install(gateway, region) {
  const colon = gateway.lastIndexOf(':');
  const target = {
    suffix: `.execute-api.${region}.amazonaws.com`,
    host: gateway.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
    port: Number(gateway.slice(colon + 1)),
  };
  const { connect } = net.Socket.prototype;
  // connect(options, done), connect(port, host, done), or the array of [options, done] that net.connect() has made of its arguments.
  net.Socket.prototype.connect = function (...values) {
    const [first, second] = values;
    if (Array.isArray(first)) first[0] = redirected(first[0], target);
    else if (typeof first === 'object') values[0] = redirected(first, target);
    else if (typeof second === 'string') values.splice(0, 2, redirected({ port: first, host: second }, target));
    return connect.apply(this, values);
  };
}

const { POSTERN_GATEWAY_TLS: gateway, AWS_REGION: region } = process.env;
if (gateway && region) install(gateway, region);
