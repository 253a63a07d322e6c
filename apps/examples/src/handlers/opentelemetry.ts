// Called once in each loop: channels and their listeners are a thread's own, and so is the tracer.
import { ROOT_CONTEXT, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { defineHandler, formatAddress, onDiagnostic } from 'gev';

/** A connection is a span, and each of its messages one beneath it. */
function traceConnections(tracer: Tracer): void {
  const spans = new WeakMap<object, Span>();
  onDiagnostic('gev:connection:open', ({ connection }) => {
    const attributes = { 'network.peer.address': formatAddress(connection.remoteAddress) };
    spans.set(connection, tracer.startSpan('connection', { attributes }));
  });
  onDiagnostic('gev:message', (handling) => {
    const connection = spans.get(handling.connection);
    const parent = connection ? trace.setSpan(ROOT_CONTEXT, connection) : ROOT_CONTEXT;
    spans.set(handling, tracer.startSpan('message', {}, parent));
  });
  onDiagnostic('gev:message:end', (handling) => spans.get(handling)?.end());
  onDiagnostic('gev:error', ({ connection, error }) => {
    const span = connection && spans.get(connection);
    span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  });
  onDiagnostic('gev:connection:close', ({ connection, reason }) => {
    spans.get(connection)?.setAttribute('gev.close_reason', reason).end();
  });
}

export default defineHandler(() => {
  const spanProcessors = [new SimpleSpanProcessor(new ConsoleSpanExporter())];
  traceConnections(new BasicTracerProvider({ spanProcessors }).getTracer('echo'));
  return {
    onMessage(_connection, data) {
      if (data[0] === 0x21) throw new Error('a message that begins with ! is not echoed');
      return data;
    },
    onError() {},
  };
});
