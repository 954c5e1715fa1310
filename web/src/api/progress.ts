import type { Client } from 'urql'
import { ProgressDocument, type ProgressSubscription } from './generated.ts'

interface Watcher {
  next: (progress: ProgressSubscription['insightProgress']) => void
  /**
   * Called when the stream has ended; watchProgress opens it again. `gone` is true if one of the
   * insights no longer exists.
   */
  lost: (gone: boolean) => void
}

/** The server's limit of insights per stream. */
const mostWatched = 200

/**
 * Milliseconds for which the stream watches one part of the insights, when there are more than
 * mostWatched.
 */
const turnLength = 5_000

const firstRetry = 1_000
const slowestRetry = 15_000

/**
 * Watches the progress of insights over one stream, because browsers open few connections to a
 * server. When there are more than 200 insights, parts of them take turns, each for 5 seconds. When
 * the stream ends, opens it again after 1 to 15 seconds. Returns a function that stops watching.
 */
export function watchProgress(client: Client, ids: readonly string[], watcher: Watcher): () => void {
  if (ids.length === 0) return () => {}
  let stopped = false
  let wait = firstRetry
  let from = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let current: { unsubscribe: () => void } | undefined

  const open = () => {
    let ended = false
    const part = ids.slice(from, from + mostWatched)
    from = from + mostWatched < ids.length ? from + mostWatched : 0
    const next = () => {
      ended = true
      current?.unsubscribe()
      open()
    }
    if (part.length < ids.length) timer = setTimeout(next, turnLength)
    current = client.subscription(ProgressDocument, { ids: part }).subscribe((result) => {
      if (result.data && !result.error) {
        wait = firstRetry
        if (result.hasNext) watcher.next(result.data.insightProgress)
      }
      if (stopped || ended || (!result.error && result.hasNext)) return
      ended = true
      watcher.lost(result.error?.graphQLErrors.some((problem) => problem.extensions?.code === 'not_found') ?? false)
      clearTimeout(timer)
      timer = setTimeout(next, wait)
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
