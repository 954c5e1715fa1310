export type Order = 'repository' | 'value' | 'value-up'

/** Returns a sorted copy. Unknown values come last in both directions. */
export function sortSamples<S extends { value: number | null; repository: { name: string } }>(samples: readonly S[], order: Order): S[] {
  return samples.toSorted((a, b) => {
    if (order !== 'repository' && a.value !== b.value) {
      if (a.value === null) return 1
      if (b.value === null) return -1
      return order === 'value' ? b.value - a.value : a.value - b.value
    }
    return a.repository.name.localeCompare(b.repository.name)
  })
}
