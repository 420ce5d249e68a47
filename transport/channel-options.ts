import { isIP } from 'node:net';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { ChannelOptions } from '@grpc/grpc-js';
import { MAX_MESSAGE_BYTES, STREAM_WINDOW_BYTES } from './limits.js';
import type { Timings } from './timings.js';

// gRPC would write to standard error by itself, past the process's log. What matters of it comes back as an error.
setLogVerbosity(logVerbosity.NONE);

/** What gRPC is told at both ends. */
function commonOptions({ keepaliveMs, keepaliveTimeoutMs }: Timings): ChannelOptions {
  return {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
    'grpc.keepalive_permit_without_calls': 1,
  };
}

export function serverOptions(timings: Timings): ChannelOptions {
  return commonOptions(timings);
}

export function clientOptions(timings: Timings, address: string, useHttpProxy: boolean): ChannelOptions {
  return {
    ...commonOptions(timings),
    'grpc-node.flow_control_window': STREAM_WINDOW_BYTES,
    // A message that was sent twice would be refused as a duplicate; and lists are not kept in memory to be sent again.
    'grpc.enable_retries': 0,
    // Each dial is a connection of its own, and retry.ts says when.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_http_proxy': useHttpProxy ? 1 : 0,
    // TLS may not ask for an IP address by name (RFC 6066 section 3).
    ...(isIP(hostOf(address)) === 0 ? {} : { 'grpc.ssl_target_name_override': 'coordinator' }),
  };
}

/** For a connection without gRPC: what TLS asks for by name, where there is a name. */
export function serverName(address: string): { readonly servername?: string } {
  const host = hostOf(address);
  return isIP(host) === 0 ? { servername: host } : {};
}

/** Of `host:port`. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

/** Of `host:port`. */
export function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1] ?? Number.NaN);
}
