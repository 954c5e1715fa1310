package historycmd

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/backsight/backsight/gitrepo"
)

// distinct returns the repositories of the arguments, each once. Of several paths that lead to one
// repository (the same folder, also through symbolic links, or work trees of one repository), it
// takes only the first, so that the repository is not counted several times. A notice names each of
// the others.
func distinct(args []string) []*repository {
	first := map[string]*repository{}
	var list []*repository
	var paths []string
	for _, arg := range args {
		r := &repository{arg: arg, ready: make(chan struct{})}
		key := cmp.Or(gitrepo.CommonDir(arg), filepath.Clean(arg))
		if known := first[key]; known != nil {
			known.notices = append(known.notices, fmt.Sprintf("%s is the same repository as %s, and is counted once", arg, known.arg))
			continue
		}
		first[key] = r
		list, paths = append(list, r), append(paths, arg)
	}
	for i, label := range labels(paths) {
		list[i].label = label
	}
	return list
}
