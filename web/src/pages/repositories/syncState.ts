interface Synced {
  fetchedAt: string | null
  indexedAt: string | null
  error: string | null
  errorAt: string | null
}

/**
 * The state of a repository's mirror and commit index, and since when. A failure is shown until a
 * later sync succeeds.
 */
export function syncState({ fetchedAt, indexedAt, error, errorAt }: Synced): { kind: 'good' | 'waiting' | 'bad'; text: string; since: string | null } {
  if (error) return { kind: 'bad', text: 'Failed', since: errorAt }
  if (indexedAt) return { kind: 'good', text: 'Synced', since: later(fetchedAt, indexedAt) }
  if (fetchedAt) return { kind: 'waiting', text: 'Indexing', since: null }
  return { kind: 'waiting', text: 'Waiting', since: null }
}

function later(a: string | null, b: string): string {
  return a !== null && Date.parse(a) > Date.parse(b) ? a : b
}
