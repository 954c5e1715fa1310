package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Runs the instructions of the Dockerfile without Docker: each stage in a folder of its own, from a
// copy of the working tree without the files of .dockerignore. RUN instructions that install Debian
// packages or add users would change this machine, so the test only looks at them. The binary of
// the last stage runs as a user who owns nothing.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"npm", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("the Dockerfile needs " + program)
		}
	}
	d := dockerBuild{context: dockerContext(t), stages: map[string]string{}, arguments: os.Environ()}
	text, err := os.ReadFile("../../Dockerfile")
	require.NoError(t, err)
	for line := range strings.SplitSeq(strings.ReplaceAll(string(text), "\\\n", " "), "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			d.run(t, line)
		}
	}
	require.Equal(t, "backsight", d.user)
	require.Contains(t, d.notRun, "useradd --system --create-home --home-dir /var/lib/backsight backsight")
	for _, needed := range []string{" git ", " openssh-client ", " ca-certificates "} {
		require.Contains(t, d.notRun, needed)
	}

	binary := filepath.Join(d.root, "usr/local/bin", d.entrypoint)
	page, err := os.ReadFile(filepath.Join(d.stages["web"], "src/web/dist/index.html"))
	require.NoError(t, err)
	content, err := os.ReadFile(binary)
	require.NoError(t, err)
	require.Contains(t, string(content), string(page), "the page is not in the image")
	require.Equal(t, "backsight dev\n", d.asUser(t, binary, "--version"))
	require.Contains(t, d.asUser(t, binary, "migrate", "--help"), "Usage: backsight migrate")
}

// dockerBuild is the state of a build.
type dockerBuild struct {
	context    string
	stages     map[string]string // root folders of the stages that have names
	root, dir  string            // of the current stage; dir is absolute in the stage
	arguments  []string          // environment of RUN
	user       string
	entrypoint string
	notRun     string // RUN instructions that would change this machine
}

func (d *dockerBuild) run(t *testing.T, line string) {
	t.Helper()
	instruction, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	switch instruction {
	case "FROM":
		d.root, d.dir = t.TempDir(), "/"
		if len(words) == 3 && words[1] == "AS" {
			d.stages[words[2]] = d.root
		}
	case "ARG":
		d.arguments = append(d.arguments, rest)
	case "WORKDIR":
		d.dir = path.Join(d.dir, rest)
		require.NoError(t, os.MkdirAll(d.root+d.dir, 0o755))
	case "COPY":
		d.copy(t, words)
	case "RUN":
		if strings.HasPrefix(rest, "apt-get ") {
			d.notRun += rest
			return
		}
		run := exec.Command("sh", "-c", rest)
		run.Dir, run.Env = d.root+d.dir, d.arguments
		out, err := run.CombinedOutput()
		require.NoError(t, err, "%s\n%s", line, out)
	case "USER":
		d.user = rest
	case "ENTRYPOINT":
		d.entrypoint = strings.Trim(rest, `["]`)
	default:
		t.Fatalf("the test does not know the instruction %s", instruction)
	}
}

// copy runs a COPY instruction. A folder stands for its content.
func (d *dockerBuild) copy(t *testing.T, words []string) {
	t.Helper()
	from := d.context
	if stage, ok := strings.CutPrefix(words[0], "--from="); ok {
		from, words = d.stages[stage], words[1:]
		require.NotEmpty(t, from, "no stage has the name %s", stage)
	}
	to := words[len(words)-1]
	target := d.root + path.Join(d.dir, to)
	if strings.HasPrefix(to, "/") {
		target = d.root + path.Clean(to)
	}
	for _, source := range words[:len(words)-1] {
		info, err := os.Stat(filepath.Join(from, source))
		require.NoError(t, err, "COPY %s", source)
		if info.IsDir() {
			require.NoError(t, os.MkdirAll(target, 0o755))
			out, err := exec.Command("cp", "-R", filepath.Join(from, source)+"/.", target).CombinedOutput()
			require.NoError(t, err, "%s", out)
			continue
		}
		file := target
		if strings.HasSuffix(to, "/") {
			file = filepath.Join(target, filepath.Base(source))
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		out, err := exec.Command("cp", "-p", filepath.Join(from, source), file).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}

// asUser runs a program of the image, as a user without any rights if the test may do that, and
// returns its output.
func (d *dockerBuild) asUser(t *testing.T, binary string, args ...string) string {
	t.Helper()
	// The folders of tests are closed to other users.
	place := filepath.Join(os.TempDir(), filepath.Base(t.Name())+"-"+filepath.Base(filepath.Dir(d.root)))
	require.NoError(t, os.MkdirAll(place, 0o755))
	defer os.RemoveAll(place)
	out, err := exec.Command("cp", binary, place).CombinedOutput()
	require.NoError(t, err, "%s", out)
	run := exec.Command(filepath.Join(place, filepath.Base(binary)), args...)
	run.Dir, run.Env = place, []string{"PATH=" + os.Getenv("PATH")}
	if os.Getuid() == 0 {
		const nobody = 65534
		run.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, err = run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// dockerContext returns a copy of the working tree without the files that .dockerignore excludes.
func dockerContext(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../.dockerignore")
	require.NoError(t, err)
	ignored := ignorePatterns(strings.Fields(string(text)))
	to := t.TempDir()
	tree := os.DirFS("../..")
	require.NoError(t, fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		switch {
		case ignored.match(name) && entry.IsDir() && !ignored.readmits(name):
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		case ignored.match(name) || !entry.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), content, 0o755)
	}))
	return to
}

// ignorePatterns are the lines of a .dockerignore file. The last one that matches a file or one of
// its folders decides.
type ignorePatterns []string

func (patterns ignorePatterns) match(name string) (ignored bool) {
	for _, pattern := range patterns {
		pattern, readmit := strings.CutPrefix(pattern, "!")
		for part := name; part != "."; part = path.Dir(part) {
			if ok, _ := path.Match(pattern, part); ok {
				ignored = !readmit
			}
		}
	}
	return ignored
}

// readmits reports whether a pattern readmits something below a folder.
func (patterns ignorePatterns) readmits(folder string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return strings.HasPrefix(p, "!"+folder+"/") })
}

func TestIgnorePatterns(t *testing.T) {
	t.Parallel()
	p := ignorePatterns{".git", "web/dist/*", "!web/dist/.gitkeep"}
	for name, ignored := range map[string]bool{
		".git": true, ".git/config": true, ".gitignore": false, "web/dist": false, "web/dist/a": true, "web/dist/a/b": true, "web/dist/.gitkeep": false, "a/.git": false,
	} {
		require.Equal(t, ignored, p.match(name), name)
	}
}
