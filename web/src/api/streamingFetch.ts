/**
 * fetch, but an event stream that breaks off ends instead of failing. urql hands a stream's failure to nobody once the
 * stream has said something (it becomes an unhandled rejection), and leaving a page aborts its stream; the end of a stream
 * it does report, and watchProgress then opens it again.
 */
export const streamingFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  if (!response.body || !response.headers.get('content-type')?.includes('text/event-stream')) return response
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch {
        controller.close()
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, { status: response.status, headers: response.headers })
}
