package index

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/match"
)

// readAll reads every part of an index that searches read, and returns the first error.
func readAll(path string, texts []string) error {
	x, err := Open(path)
	if err != nil {
		return err
	}
	defer x.Close()
	for _, text := range texts {
		if _, _, _, err := x.Candidates(match.Requirement{Kind: match.RequireText, Text: text}, maxText); err != nil {
			return err
		}
	}
	if _, err := x.Paths(); err != nil {
		return err
	}
	if err := x.EachLifetime(func(Lifetime) {}); err != nil {
		return err
	}
	hashes, err := x.Hashes()
	if err != nil {
		return err
	}
	_, err = hashes.Of(0)
	return err
}

func TestIndex_EveryByteOfTheFileIsChecked(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	// The first update has six times as many blobs as the second. So addLayer does not merge them,
	// and there are two layers.
	texts := []string{"alpha beta", "gamma", "delta epsilon", "zeta", "eta theta iota", "kappa", "lambda"}
	var first testgit.Commit
	for i, text := range texts[:6] {
		first.Changes = append(first.Changes, testgit.Change{Path: strings.Repeat("a", i+1), Content: text})
	}
	ids := repo.Import(t, "main", true, first, testgit.Commit{Changes: []testgit.Change{{Path: "b", Content: texts[6]}}})
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "x.idx")
	for _, id := range ids {
		_, err = Update(t.Context(), r, gitrepo.OID(id), path)
		require.NoError(t, err)
	}
	sound, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, readAll(path, texts))
	for i := range sound {
		for _, bits := range []byte{0x02, 0x10} {
			damaged := slices.Clone(sound)
			damaged[i] ^= bits
			require.NoError(t, os.WriteFile(path, damaged, 0o644))
			require.ErrorIs(t, readAll(path, texts), ErrDamaged, "byte %d of %d", i, len(sound))
		}
	}
	for _, size := range []int{0, 1, len(magic), len(magic) + 6, len(sound) / 2, len(sound) - 1} {
		require.NoError(t, os.WriteFile(path, sound[:size], 0o644))
		require.ErrorIs(t, readAll(path, texts), ErrDamaged, "cut to %d bytes", size)
	}
	require.NoError(t, os.WriteFile(path, append(slices.Clone(sound), 0), 0o644))
	require.ErrorIs(t, readAll(path, texts), ErrDamaged, "a byte too many")
}
