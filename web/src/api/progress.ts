import type { Client } from 'urql'
import { ProgressDocument, type ProgressSubscription } from './generated.ts'

interface Watcher {
  next: (progress: ProgressSubscription['insightProgress']) => void
  /** The stream ended; it is being opened again. gone: one of the insights does not exist any more. */
  lost: (gone: boolean) => void
}

/** As many as the server watches in one stream. */
const mostWatched = 200

const firstRetry = 1_000
const slowestRetry = 15_000

/** One stream for all of a page's insights (browsers open few connections to a server), opened again when it ends. */
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
