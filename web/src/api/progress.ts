import type { Client } from 'urql'
import { ProgressDocument, type ProgressSubscription } from './generated.ts'

interface Watcher {
  next: (progress: ProgressSubscription['insightProgress']) => void
  /**
   * Called when the stream ended; it is opened again. gone: one of the insights no longer exists.
   */
  lost: (gone: boolean) => void
}

/** The server's limit of insights per stream. */
const mostWatched = 200

const firstRetry = 1_000
const slowestRetry = 15_000

/**
 * Watches the progress of insights over one stream, because browsers open few connections to a
 * server. Opens the stream again when it ends, after 1 to 15 seconds. Returns a function that stops
 * watching.
 */
export function watchProgress(client: Client, ids: readonly string[], watcher: Watcher): () => void {
  if (ids.length === 0) return () => {}
  let stopped = false
  let wait = firstRetry
  let timer: ReturnType<typeof setTimeout> | undefined
  let current: { unsubscribe: () => void } | undefined

  const open = () => {
    let ended = false
    current = client.subscription(ProgressDocument, { ids: ids.slice(0, mostWatched) }).subscribe((result) => {
      if (result.data && !result.error) {
        wait = firstRetry
        if (result.hasNext) watcher.next(result.data.insightProgress)
      }
      if (stopped || ended || (!result.error && result.hasNext)) return
      ended = true
      watcher.lost(result.error?.graphQLErrors.some((problem) => problem.extensions?.code === 'not_found') ?? false)
      timer = setTimeout(() => {
        current?.unsubscribe()
        open()
      }, wait)
      wait = Math.min(wait * 2, slowestRetry)
    })
  }
  open()
  return () => {
    stopped = true
    clearTimeout(timer)
    current?.unsubscribe()
  }
}
