/**
 * fetch, but an event stream that is broken off ends instead of failing. Leaving a page aborts its stream, and urql then
 * cancels the reader of what is already broken without waiting for the outcome: the failure would reach the console as an
 * unhandled rejection. An end is reported like any other, and watchProgress opens the stream again if it is still wanted.
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
    // What is broken already cannot be cancelled, and need not be.
    cancel: (reason) => reader.cancel(reason).catch(() => {}),
  })
  return new Response(body, { status: response.status, headers: response.headers })
}
