package main

import (
	"fmt"
	"net"
	"strconv"
)

// usual gives the address to listen on: the one that was set, else the usual one, or a free port of the same host where that is taken.
// The port may be taken between this answer and its use; then listening fails with its own clear error.
func usual(set, otherwise string) (string, error) {
	if set != "" {
		return set, nil
	}
	l, err := net.Listen("tcp", otherwise)
	if err == nil {
		return otherwise, l.Close()
	}
	host, _, splitErr := net.SplitHostPort(otherwise)
	if splitErr != nil {
		return "", splitErr
	}
	l, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", fmt.Errorf("no free port on %s: %w", host, err)
	}
	return l.Addr().String(), l.Close()
}

// listenAddr takes a setting apart that is an address to listen on; empty gives zero values.
func listenAddr(setting, addr string) (host string, port int, err error) {
	if addr == "" {
		return "", 0, nil
	}
	host, p, err := net.SplitHostPort(addr)
	if err == nil {
		port, err = strconv.Atoi(p)
	}
	if err != nil || port < 0 || port > 65535 {
		return "", 0, &exitError{exitUsage, fmt.Errorf("--%s: %q is not HOST:PORT", setting, addr)}
	}
	return host, port, nil
}

// usualPort is usual for a port of the loopback address.
func usualPort(set, otherwise int) (int, error) {
	if set != 0 {
		return set, nil
	}
	addr, err := usual("", net.JoinHostPort("127.0.0.1", strconv.Itoa(otherwise)))
	if err != nil {
		return 0, err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}
