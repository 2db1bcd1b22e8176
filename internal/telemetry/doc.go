// Package telemetry is how a worker is watched: the logger, the HTTP endpoints /metrics, /healthz and /readyz, and pprof on a port of
// its own. It knows nothing of any worker; workers and commands may import it.
package telemetry
