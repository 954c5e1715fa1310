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
		return f.wrong(err, "start backsight as an ordinary user, or add one: useradd --system postgres")
	}
	major, err := (&pgdata{dir: dir, account: a}).major()
	if err != nil {
		return f.wrong(err, "choose another directory with --data or BACKSIGHT_DATA")
	}
	found, err := findPostgres(ctx, o.PostgresBin, major, a)
	var none *noPostgresError
	switch {
	case errors.As(err, &none) && (major == 0 || major == npmPostgresMajor()):
		f.Mend = fmt.Sprintf("install PostgreSQL %d or newer, or name the folder of its binaries with BACKSIGHT_POSTGRES_BIN", max(major, oldestPostgres))
		if _, npmErr := exec.LookPath("npm"); npmErr == nil && npmPostgresPackage() != "" {
			f.Mend += fmt.Sprintf("; or just go on: the first start fetches %s %s with npm", npmPostgresPackage(), npmPostgresVersion)
		}
		f.Problem = none.Error()
		return f
	case errors.As(err, &none):
		return f.wrong(err, fmt.Sprintf("install PostgreSQL %d, or start with an empty directory (--data or BACKSIGHT_DATA)", major))
	case err != nil:
		return f.wrong(err, "mend BACKSIGHT_POSTGRES_BIN, or unset it to have one found")
	}
	f.Path, f.Version, f.Why = found.bin, found.version, found.why
	if a != nil {
		f.Why += "; runs as the account " + a.name + ", since Postgres refuses root"
	}
	if major != 0 {
		f.Why += fmt.Sprintf("; fits the data directory's version %d", major)
	}
	return f
}

func examineTemporal(ctx context.Context, o Options) Finding {
	f := Finding{Name: "temporal"}
	path, why, err := findTemporal(o.TemporalBin)
	if err != nil {
		return f.wrong(err, "build it with `make temporal` in a checkout, install it (https://docs.temporal.io/cli), or name it with BACKSIGHT_TEMPORAL_BIN")
	}
	f.Path, f.Why = path, why
	out, err := ask(ctx, path, "--version") // "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"
	if err != nil {
		return f.wrong(err, "build it anew with `make temporal`, or name another with BACKSIGHT_TEMPORAL_BIN")
	}
	f.Version = strings.TrimPrefix(out, "temporal version ")
	_, server, ok := strings.Cut(out, "Server ")
	if !ok || !atLeast(server, oldestTemporalMajor, oldestTemporalMinor) {
		f.Problem = fmt.Sprintf("its server is not known to be %d.%d or newer", oldestTemporalMajor, oldestTemporalMinor)
		f.Mend = "update it, or name another with BACKSIGHT_TEMPORAL_BIN; `make temporal` builds one that is known to work"
	}
	return f
}

func examineGit(ctx context.Context) Finding {
	f := Finding{Name: "git"}
	const mend = "install git 2.36 or newer (https://git-scm.com/downloads) and have it on the PATH"
	path, err := exec.LookPath("git")
	if err != nil {
		return f.wrong(errors.New("there is no git on the PATH"), mend)
	}
	f.Path, f.Why = path, "git is on the PATH"
	out, err := ask(ctx, path, "--version")
	if err != nil {
		return f.wrong(err, mend)
	}
	f.Version = strings.TrimPrefix(out, "git version ")
	if !atLeast(f.Version, oldestGitMajor, oldestGitMinor) {
		return f.wrong(fmt.Errorf("git %s is too old: %d.%d is needed", f.Version, oldestGitMajor, oldestGitMinor), mend)
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
