import { useCallback, useEffect, useRef, useState } from 'react'

/** A page of a connection, or the error. */
export interface Answer<N> {
  page?: { nodes: readonly N[]; totalCount: number; pageInfo: { endCursor: string | null; hasNextPage: boolean } }
  error?: string
}

interface Loaded<N> {
  nodes: N[]
  total: number
  /** Null when all nodes are loaded. */
  cursor: string | null
}

/**
 * The content of the `mostKept` lists that were read most recently. When the user returns to a
 * list, its kept content is shown while the list is read again.
 */
const kept = new Map<string, Loaded<never>>()
const mostKept = 20

/**
 * Drops the kept lists. Callers must call it after a deletion, so that no list shows the deleted
 * element.
 */
export function forgetLists(): void {
  kept.clear()
}

/**
 * A list that is read page by page with cursors, because the server limits the size of one answer.
 * When `revision` changes, the list is read again from the start up to its current length. When
 * `key` changes, the first page of the new list is read. Until a read ends, the hook returns the
 * previous content. Callers must change `load` only together with `key` (useCallback). An answer
 * that arrives after a newer request has started is dropped.
 */
export function useConnection<N>(key: string, load: (after: string | null) => Promise<Answer<N>>, revision?: unknown) {
  const [state, setState] = useState<{ key: string; loaded: Loaded<N> | null }>(() => ({ key, loaded: (kept.get(key) as Loaded<N> | undefined) ?? null }))
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(true)
  const run = useRef(0)
  const { loaded } = state

  const read = useCallback(
    async (from: Loaded<N> | null, atLeast: number) => {
      const own = ++run.current
      setBusy(true)
      let next: Loaded<N> = from ?? { nodes: [], total: 0, cursor: null }
      for (;;) {
        const { page, error: problem } = await load(next.cursor)
        if (own !== run.current) return
        setError(problem ?? null)
        if (!page) break
        next = { nodes: [...next.nodes, ...page.nodes], total: page.totalCount, cursor: page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null }
        if (next.cursor && next.nodes.length < atLeast) continue
        setState({ key, loaded: next })
        kept.delete(key)
        kept.set(key, next as Loaded<never>)
        if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
        break
      }
      setBusy(false)
    },
    [key, load],
  )

  const shown = useRef(0)
  useEffect(() => {
    shown.current = state.key === key ? (loaded?.nodes.length ?? 0) : 0
  }, [state.key, key, loaded])
  useEffect(() => {
    const requests = run
    void read(null, shown.current)
    return () => {
      requests.current++
    }
  }, [read, revision])

  return {
    /** Null until something has been read. The array is replaced only when a read succeeds. */
    nodes: loaded?.nodes ?? null,
    total: loaded?.total ?? 0,
    complete: loaded !== null && loaded.cursor === null,
    busy,
    error,
    more: useCallback(() => void read(loaded, (loaded?.nodes.length ?? 0) + 1), [read, loaded]),
    rest: useCallback(() => void read(loaded, Infinity), [read, loaded]),
    reload: useCallback(() => void read(null, shown.current), [read]),
  }
}
