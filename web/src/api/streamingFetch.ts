/**
 * Like fetch, but an interrupted event stream ends instead of failing. Leaving a page aborts its
 * stream, and urql then cancels the reader without handling the rejection, which would appear on
 * the console as unhandled. watchProgress opens an ended stream again if it is still needed.
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
    // Cancelling an interrupted stream fails, which has no consequence.
    cancel: (reason) => reader.cancel(reason).catch(() => {}),
  })
  return new Response(body, { status: response.status, headers: response.headers })
}
