import { useCallback } from 'react'
import { useClient } from 'urql'
import { errorText } from '../../api/errors.ts'
import { SamplesDocument, type SampleFilter, type SamplesQuery } from '../../api/generated.ts'
import { useConnection } from '../../api/useConnection.ts'

export type Sample = SamplesQuery['insightViews']['nodes'][number]['dataSeries'][number]['samples']['nodes'][number]

const pageSize = 50

/** The samples of one series that pass a filter, page after page. Read again when revision changes. */
export function useSamples(id: string, seriesId: string, filter: SampleFilter, revision: unknown) {
  const client = useClient()
  const key = JSON.stringify(['samples', id, seriesId, filter])
  const load = useCallback(
    async (after: string | null) => {
      const [, view, series, wanted] = JSON.parse(key) as [string, string, string, SampleFilter]
      const { data, error } = await client.query(SamplesDocument, { id: view, first: pageSize, after, filter: wanted }, { requestPolicy: 'network-only' }).toPromise()
      if (error) return { error: errorText(error) }
      const page = data?.insightViews.nodes[0]?.dataSeries.find((entry) => entry.seriesId === series)?.samples
      return page ? { page } : { error: 'This series does not exist any more.' }
    },
    [client, key],
  )
  return useConnection<Sample>(key, load, revision)
}
