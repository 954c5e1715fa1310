package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
)

// growing writes n commits to main: each in a pack of its own, or as loose objects with b.asLoose.
// The texts are so similar that git stores them as deltas when it repacks.
func growing(b *builder, n int) {
	for i := range n {
		b.history(files{"big.txt": strings.Repeat("the same line again\n", 200) + strings.Repeat("TODO\n", i+1), fmt.Sprintf("f%d.go", i): "TODO\n"})
	}
}

func storageCases() []fixture {
	stored := func(name string, then func(b *builder)) fixture {
		return fixture{name: name, group: "Storage", build: func(b *builder) {
			growing(b, 3)
			then(b)
		}, checks: three()[:1]}
	}
	run := func(name string, commands ...string) fixture {
		return stored(name, func(b *builder) {
			for _, c := range commands {
				b.git(strings.Fields(c)...)
			}
		})
	}
	sha256 := fixture{name: "sha-256", group: "Storage", format: "sha256", build: func(b *builder) { growing(b, 3) }, checks: three()}
	sha256Loose := fixture{name: "sha-256-loose", group: "Storage", format: "sha256", build: func(b *builder) { b.asLoose = true; growing(b, 3) }, checks: three()}
	return []fixture{
		sha256, sha256Loose,
		{name: "loose", group: "Storage", build: func(b *builder) { b.asLoose = true; growing(b, 3) }, checks: three()},
		run("many-packs"),
		run("one-pack", "repack -adfq"),
		run("deep-deltas", "repack -adfq --depth=4000 --window=50"),
		run("no-deltas", "-c pack.window=0 repack -adfq"),
		run("deltas-by-id", "-c repack.useDeltaBaseOffset=false repack -adfq"),
		run("pack-index-version-1", "-c pack.indexVersion=1 repack -adfq"),
		run("without-compression", "-c core.compression=0 -c pack.compression=0 repack -adfqF"),
		run("best-compression", "-c pack.compression=9 repack -adfqF"),
		run("multi-pack-index", "multi-pack-index write"),
		run("multi-pack-index-repacked", "multi-pack-index write", "multi-pack-index repack"),
		run("bitmap", "repack -adfqb"),
		run("commit-graph", "commit-graph write --reachable --changed-paths"),
		run("commit-graph-split", "commit-graph write --reachable --split"),
		run("reverse-index", "-c pack.writeReverseIndex=true repack -adfq"),
		run("big-file-threshold", "-c core.bigFileThreshold=100 repack -adfqF"),
		run("delta-islands", "-c pack.island=refs/heads/(.*) repack -adfqi"),
		run("cruft-pack", "update-ref refs/heads/main main~1", "repack -dq --cruft", "repack -dq"),
		run("packs-limited-in-size", "-c pack.packSizeLimit=1m repack -adfq"),
		stored("commit-graph-of-other-commits", func(b *builder) {
			b.git("commit-graph", "write", "--reachable")
			b.history(files{"z.go": "TODO\n"})
		}),
		stored("commit-graph-damaged", func(b *builder) { b.write("objects/info/commit-graph", "CGPH\x01\x01garbage") }),
		stored("multi-pack-index-damaged", func(b *builder) { b.write("objects/pack/multi-pack-index", "MIDX garbage") }),
		stored("kept-pack", func(b *builder) {
			for _, p := range b.Packs(b.t) {
				require.NoError(b.t, os.WriteFile(strings.TrimSuffix(p, ".pack")+".keep", nil, 0o644))
			}
		}),
		stored("loose-and-packed", func(b *builder) {
			for _, p := range b.Packs(b.t)[:1] {
				content, err := os.ReadFile(p)
				require.NoError(b.t, err)
				require.NoError(b.t, os.Rename(p, filepath.Join(b.root, "aside.pack")))
				_, err = runGit(b.Dir, content, nil, "--git-dir="+b.Dir, "unpack-objects", "-q")
				require.NoError(b.t, err)
				require.NoError(b.t, os.Rename(filepath.Join(b.root, "aside.pack"), p))
			}
		}),
		stored("pack-without-index", func(b *builder) {
			b.git("repack", "-adfq")
			b.write("objects/pack/pack-0123456789012345678901234567890123456789.pack", "PACK garbage without an index")
			b.write("objects/pack/tmp_pack_x", "left over")
			b.write("objects/17/tmp_obj_x", "left over")
		}),
		{name: "alternates", group: "Storage", build: func(b *builder) {
			growing(b, 2)
			b.move("objects", "store")
			b.write("objects/info/alternates", "../store\n")
		}, then: func(b *builder) { growing(b, 1) }, checks: three()},
		{name: "alternates-of-alternates", group: "Storage", build: func(b *builder) {
			growing(b, 2)
			b.move("objects", "one")
			b.write("objects/info/alternates", "# a comment\n\n"+filepath.Join(b.Dir, "two")+"\n")
			b.write("two/info/alternates", "../one\n")
		}, then: func(b *builder) { growing(b, 1) }, checks: three()[:2]},
		{name: "shallow-clone", group: "Storage", build: func(b *builder) {
			growing(b, 4)
			b.in(b.root, 0, "clone", "-q", "--bare", "--depth=2", "file://"+b.Dir, "clone.git")
			b.adopt("clone.git")
		}, before: failed("shallow"), checks: []check{{query: "TODO case:yes", want: text("TODO")}}},
		{name: "shallow-other-branch", group: "Storage", build: func(b *builder) {
			growing(b, 3)
			b.in(b.root, 0, "init", "-q", "-b", "main", "other")
			other := filepath.Join(b.root, "other")
			b.in(other, 0, "commit", "-q", "--allow-empty", "-m", "one")
			b.in(other, 1, "commit", "-q", "--allow-empty", "-m", "two")
			b.git("fetch", "-q", "--depth=1", "--update-shallow", "file://"+other, "main:other")
		}, checks: three()},
		{name: "clone-without-blobs", group: "Storage", build: func(b *builder) {
			growing(b, 2)
			b.git("config", "uploadpack.allowFilter", "true")
			b.in(b.root, 0, "clone", "-q", "--bare", "--filter=blob:none", "file://"+b.Dir, "clone.git")
			b.adopt("clone.git")
		}, checks: []check{
			{query: "TODO case:yes", want: answers(partial(0, "missing object")), git: values(6, 9), why: "git fetches the missing blobs; Backsight does not use the network"},
			{query: "file:go$", want: regularFiles("go$")},
			{query: "type:commit commit", want: log("--grep=commit")},
		}},
		{name: "bundle", group: "Storage", build: func(b *builder) {
			growing(b, 3)
			b.git("bundle", "create", "-q", filepath.Join(b.root, "x.bundle"), "main")
			b.in(b.root, 0, "clone", "-q", "--bare", "-b", "main", "x.bundle", "clone.git")
			b.adopt("clone.git")
		}, checks: three()},
		{name: "thin-pack", group: "Storage", build: func(b *builder) {
			growing(b, 2)
		}, then: func(b *builder) {
			b.in(b.root, 0, "clone", "-q", b.Dir, "work")
			work := filepath.Join(b.root, "work")
			require.NoError(b.t, os.WriteFile(filepath.Join(work, "big.txt"), []byte(strings.Repeat("the same line again\n", 200)+"TODO TODO\n"), 0o644))
			b.in(work, 2, "commit", "-qam", "commit 2")
			b.git("config", "receive.unpackLimit", "1")
			b.in(work, 2, "push", "-q", "origin", "main")
		}, checks: three()},
	}
}
