package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// Tests cannot run docker-compose.yml where there is no Docker. This test checks that every service
// of Backsight runs a command that exists, sets only environment variables that the command reads,
// and depends on services that exist.
func TestComposeFileFitsTheCommands(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docker-compose.yml")
	require.NoError(t, err)
	var compose struct {
		Services map[string]struct {
			Image       string
			Build       string
			Command     []string
			Environment map[string]string
			DependsOn   any `yaml:"depends_on"`
			Volumes     []string
		}
		Volumes map[string]any
	}
	require.NoError(t, yaml.Unmarshal(text, &compose))

	ours := 0
	for name, service := range compose.Services {
		for _, dependency := range names(service.DependsOn) {
			require.Contains(t, compose.Services, dependency, "service %s depends on it", name)
		}
		for _, volume := range service.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			if strings.HasPrefix(source, "./") {
				_, err := os.Stat(filepath.Join("../..", source))
				require.NoError(t, err, "service %s mounts it", name)
				continue
			}
			require.Contains(t, compose.Volumes, source, "service %s mounts it", name)
		}
		if service.Build == "" {
			require.Contains(t, service.Image, ":", "service %s: the image has no version", name)
			continue
		}
		ours++
		node := commandNode(t, service.Command)
		known := map[string]bool{}
		for _, flag := range node.AllFlags(false) {
			for _, group := range flag {
				for _, env := range group.Envs {
					known[env] = true
				}
			}
		}
		for env := range service.Environment {
			// The migration needs no Temporal, but shares the environment with the other services.
			if name == "migrate" && strings.HasPrefix(env, "BACKSIGHT_TEMPORAL") {
				continue
			}
			require.True(t, known[env], "service %s: %q reads no %s", name, service.Command, env)
		}
		for _, flag := range node.AllFlags(false) {
			for _, one := range flag {
				if one.Required {
					require.Contains(t, service.Environment, one.Envs[0], "service %s: %q needs it", name, service.Command)
				}
			}
		}
	}
	require.Equal(t, 3, ours, "migrate, api, worker")

	// Prometheus scrapes services that exist, at the addresses where they serve metrics.
	var prometheus struct {
		ScrapeConfigs []struct {
			StaticConfigs []struct{ Targets []string } `yaml:"static_configs"`
			DNS           []struct {
				Names []string
				Port  int
			} `yaml:"dns_sd_configs"`
		} `yaml:"scrape_configs"`
	}
	text, err = os.ReadFile("../../deploy/prometheus/prometheus.yml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &prometheus))
	var targets []string
	for _, job := range prometheus.ScrapeConfigs {
		for _, static := range job.StaticConfigs {
			targets = append(targets, static.Targets...)
		}
		for _, dns := range job.DNS {
			for _, name := range dns.Names {
				targets = append(targets, fmt.Sprintf("%s:%d", name, dns.Port))
			}
		}
	}
	require.Len(t, targets, 2)
	for _, target := range targets {
		name, port, _ := strings.Cut(target, ":")
		require.Equal(t, "0.0.0.0:"+port, compose.Services[name].Environment["BACKSIGHT_METRICS_LISTEN"], "prometheus.yml scrapes %s", target)
	}
}

// commandNode returns the model of a command in kong.
func commandNode(t *testing.T, words []string) *kong.Node {
	t.Helper()
	node := wholeModel(t)
	for _, word := range words {
		var next *kong.Node
		for _, child := range node.Children {
			if child.Name == word {
				next = child
			}
		}
		require.NotNil(t, next, "there is no command %q", words)
		node = next
	}
	return node
}

// names returns the services in depends_on, which is a list or a mapping.
func names(dependsOn any) (all []string) {
	switch d := dependsOn.(type) {
	case []any:
		for _, name := range d {
			all = append(all, name.(string))
		}
	case map[string]any:
		for name := range d {
			all = append(all, name)
		}
	}
	return all
}
