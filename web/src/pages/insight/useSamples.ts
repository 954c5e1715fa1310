import { useCallback, useEffect, useRef, useState } from 'react'
import { useClient } from 'urql'
import { errorText } from '../../api/errors.ts'
import { SamplesDocument, type SampleFilter, type SamplesQuery } from '../../api/generated.ts'

export type Sample = SamplesQuery['insightViews']['nodes'][number]['dataSeries'][number]['samples']['nodes'][number]

interface Loaded {
  samples: Sample[]
  total: number
  /** Null when all are here. */
  cursor: string | null
}

const pageSize = 50

/** The samples of one series that pass a filter, page after page. Read again from the start when revision changes. */
export function useSamples(id: string, seriesId: string, filter: SampleFilter, revision: unknown) {
  const client = useClient()
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(true)
  const key = JSON.stringify([id, seriesId, filter])
  const current = useRef(0)

  const load = useCallback(
    async (before: Loaded | null, atLeast: number, all = false) => {
      const run = ++current.current
      setBusy(true)
      let state: Loaded = before ?? { samples: [], total: 0, cursor: null }
      for (;;) {
        const [view, series, wanted] = JSON.parse(key) as [string, string, SampleFilter]
        const result = await client.query(SamplesDocument, { id: view, first: pageSize, after: state.cursor, filter: wanted }, { requestPolicy: 'network-only' }).toPromise()
        if (run !== current.current) return
        const page = result.data?.insightViews.nodes[0]?.dataSeries.find((entry) => entry.seriesId === series)?.samples
        setError(result.error ? errorText(result.error) : null)
        if (!page) break
        state = { samples: [...state.samples, ...page.nodes], total: page.totalCount, cursor: page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null }
        if (!state.cursor || (!all && state.samples.length >= atLeast)) {
          setLoaded(state)
          break
        }
      }
      setBusy(false)
    },
    [client, key],
  )

  // As many as were shown are read again, so that a table that is being read does not shrink under the reader.
  const shown = useRef(pageSize)
  useEffect(() => {
    shown.current = Math.max(pageSize, loaded?.samples.length ?? 0)
  }, [loaded])
  useEffect(() => {
    void load(null, shown.current)
  }, [load, revision])

  return {
    samples: loaded?.samples ?? [],
    total: loaded?.total ?? 0,
    complete: loaded !== null && loaded.cursor === null,
    loading: loaded === null && error === null,
    busy,
    error,
    more: () => void load(loaded, (loaded?.samples.length ?? 0) + pageSize),
    rest: () => void load(loaded, 0, true),
  }
}
