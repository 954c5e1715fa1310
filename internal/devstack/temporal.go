package devstack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/backsight/backsight/insights"
)

const (
	// TemporalNamespace is the only namespace of the server, apart from Temporal's own.
	TemporalNamespace = "default"
	// The default ports of Temporal, which its documentation uses.
	temporalPort   = 7233
	temporalUIPort = 8233
	// retention is how long the server keeps ended workflows. The server's default of one day is
	// too short: a workflow that fails on a Friday would be gone on Monday.
	retention = 7 * 24 * time.Hour
)

// A Temporal is a running development server.
type Temporal struct {
	child   *child
	lock    *dirLock
	options Options
	bin     string
	ports   atomic.Pointer[temporalPorts]
	hidden  netip.AddrPort // of the server's web interface; zero with Options.Test
	ui      *uiProxy       // nil with Options.Test
}

// StartTemporal starts the Temporal server of a data directory. It has the same contract as Start.
func StartTemporal(ctx context.Context, options Options) (*Temporal, error) {
	options, err := options.prepared()
	if err != nil {
		return nil, err
	}
	return startTemporal(ctx, options)
}

// startTemporal does the same as StartTemporal. Callers must have called options.prepared.
func startTemporal(ctx context.Context, options Options) (*Temporal, error) {
	lock, err := lockDataDir(options.DataDir, "temporal")
	if err != nil {
		return nil, err
	}
	t := &Temporal{lock: lock, options: options}
	if err := t.start(ctx); err != nil {
		return nil, errors.Join(err, t.Stop(context.WithoutCancel(ctx)))
	}
	return t, nil
}

func (t *Temporal) start(ctx context.Context) error {
	bin, why, err := findTemporal(t.options.TemporalBin)
	if err != nil {
		return err
	}
	t.bin = bin
	t.options.Logger.Debug("temporal chosen", "bin", bin, "why", why)
	if err := t.stopOrphan(ctx); err != nil {
		return err
	}
	if !t.options.Test {
		if t.hidden, err = hiddenAddress(); err != nil {
			return err
		}
		// The port is taken before the server starts, so that no other program can take it
		// meanwhile.
		listener, err := openUI(t.options)
		if err != nil {
			return err
		}
		t.ui = startUIProxy(listener, t.hidden, t.options.Logger)
	}
	logPath := filepath.Join(t.options.DataDir, "log", "temporal.log")
	t.child, err = startChild(ctx, childSpec{
		name:         "temporal",
		logPath:      logPath,
		command:      t.command,
		ready:        t.serves,
		startError:   func(output string) error { return temporalStartError(output, logPath) },
		stopSignals:  []stopSignal{{syscall.SIGTERM, 10 * time.Second}},
		orphanSignal: syscall.SIGKILL, // safe for SQLite in WAL mode; frees the ports immediately
		onStart:      t.writePid,
	}, t.options.Logger)
	if err != nil {
		return err
	}
	if err := t.setRetention(ctx); err != nil {
		return err
	}
	if t.options.Test {
		return nil
	}
	if err := t.ports.Load().write(portsFile(t.options.DataDir)); err != nil {
		return insights.Errorf(insights.Invalid, "data directory %s: cannot save the ports: %w", t.options.DataDir, err)
	}
	return nil
}

func (t *Temporal) database() string {
	return filepath.Join(t.options.DataDir, "temporal", "temporal.db")
}

func (t *Temporal) pidFile() string { return filepath.Join(t.options.DataDir, "temporal", "pid") }

// command returns the command for one attempt. It chooses ports again for each attempt until the
// server has answered once.
func (t *Temporal) command(started bool) (*exec.Cmd, error) {
	if !started {
		ports, err := t.choosePorts()
		if err != nil {
			return nil, err
		}
		t.ports.Store(&ports)
	}
	cmd := exec.Command(t.bin, temporalArgs(t.options, *t.ports.Load(), t.hidden, t.database())...)
	cmd.Dir = filepath.Dir(t.database())
	// The temporal command reads and writes settings in the user's home. This server must not use
	// or change those settings.
	cmd.Env = append(serverEnv(), "TEMPORAL_VERSION_CHECK_DISABLED=1", "HOME="+cmd.Dir, "XDG_CONFIG_HOME="+cmd.Dir)
	return cmd, nil
}

func (t *Temporal) choosePorts() (temporalPorts, error) {
	var chosen temporalPorts
	var err error
	if t.options.Test {
		chosen.GRPC, err = choosePort("temporal", nil)
		return chosen, err
	}
	remembered, err := readPorts(portsFile(t.options.DataDir))
	if err != nil {
		return chosen, err
	}
	chosen.UI = t.ui.port
	chosen.GRPC, err = choosePort("temporal", []int{remembered.GRPC, temporalPort}, chosen.UI)
	return chosen, err
}

// temporalStartError returns the error for a server that ended before it answered, given its
// output, or nil when another attempt may succeed. An attempt can fail because another process took
// a port between the check and the server's start, even one of the internal ports, which the server
// chooses itself.
func temporalStartError(output, logPath string) error {
	for _, temporary := range []string{"address already in use", "database is locked", "can't set frontend port", "can't set UI port", "can't set metrics port"} {
		if strings.Contains(output, temporary) {
			return nil
		}
	}
	if output == "" {
		return nil
	}
	return insights.Errorf(insights.Unavailable, "temporal: the server ended before it answered%s", quoteOutput(output, logPath))
}

// Address returns host:port of the gRPC frontend.
func (t *Temporal) Address() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(t.ports.Load().GRPC))
}

// UI returns the URL of the web interface, or "" with Options.Test.
func (t *Temporal) UI() string {
	if t.options.Test {
		return ""
	}
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(t.ports.Load().UI))
}

// Pid returns the server's process id, or 0 while the server is being restarted.
func (t *Temporal) Pid() int { return int(t.child.pid.Load()) }

// Stop stops the server. It has the same contract as Stack.Stop.
func (t *Temporal) Stop(ctx context.Context) error {
	stopped := t.ui.stop()
	if t.child != nil {
		t.child.stop(ctx)
		if err := os.Remove(t.pidFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
			return errors.Join(stopped, err, t.lock.release())
		}
	}
	if t.options.removeDataDir {
		return errors.Join(stopped, t.lock.release(), os.RemoveAll(t.options.DataDir))
	}
	return errors.Join(stopped, t.lock.release())
}

// serves returns nil when process `pid` listens on the ports and answers. Another process that took
// a port does not count.
func (t *Temporal) serves(ctx context.Context, pid int) error {
	ports := []int{t.ports.Load().GRPC}
	if t.hidden.IsValid() {
		ports = append(ports, int(t.hidden.Port()))
	}
	for _, port := range ports {
		if !listensOn(pid, port) {
			return fmt.Errorf("process %d does not listen on port %d", pid, port)
		}
	}
	return t.ping(ctx)
}

func (t *Temporal) ping(ctx context.Context) error {
	return t.withClient(func(client workflowservice.WorkflowServiceClient) error {
		_, err := client.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: TemporalNamespace})
		return err
	})
}

func (t *Temporal) setRetention(ctx context.Context) error {
	return t.withClient(func(client workflowservice.WorkflowServiceClient) error {
		_, err := client.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
			Namespace: TemporalNamespace,
			Config:    &namespace.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
		})
		if err != nil {
			return insights.Errorf(insights.Unavailable, "temporal: set the retention of namespace %s: %w", TemporalNamespace, err)
		}
		return nil
	})
}

func (t *Temporal) withClient(do func(workflowservice.WorkflowServiceClient) error) error {
	conn, err := grpc.NewClient("passthrough:///"+t.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("temporal: %w", err)
	}
	return errors.Join(do(workflowservice.NewWorkflowServiceClient(conn)), conn.Close())
}
