package main

import (
	"fmt"
	"net"
	"strconv"
)

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
