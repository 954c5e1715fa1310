import { useCallback } from 'react'
import { useClient } from 'urql'
import { errorText } from '../../api/errors.ts'
import { SamplesDocument, type SampleFilter, type SamplesQuery } from '../../api/generated.ts'
import { useConnection } from '../../api/useConnection.ts'

export type Sample = SamplesQuery['insightViews']['nodes'][number]['dataSeries'][number]['samples']['nodes'][number]

const pageSize = 50

/**
 * Loads the samples of one series that pass the filter, page by page. If `captured` is set, the
 * value of a sample is its count of that captured value, or 0 if the sample does not have the
 * captured value. Reads again when `revision` changes.
 */
export function useSamples(id: string, seriesId: string, captured: string | null, filter: SampleFilter, revision: unknown) {
  const client = useClient()
  const key = JSON.stringify(['samples', id, seriesId, captured, filter])
  const load = useCallback(
    async (after: string | null) => {
      const [, view, series, value, wanted] = JSON.parse(key) as [string, string, string, string | null, SampleFilter]
      const { data, error } = await client.query(SamplesDocument, { id: view, first: pageSize, after, filter: wanted, values: value === null ? [] : [value] }, { requestPolicy: 'network-only' }).toPromise()
      if (error) return { error: errorText(error) }
      const page = data?.insightViews.nodes[0]?.dataSeries.find((entry) => entry.seriesId === series)?.samples
      if (!page) return { error: 'This series does not exist any more.' }
      if (value === null) return { page }
      return { page: { ...page, nodes: page.nodes.map((node) => (node.value === null ? node : { ...node, value: node.values[0]?.value ?? 0 })) } }
    },
    [client, key],
  )
  return useConnection<Sample>(key, load, revision)
}
