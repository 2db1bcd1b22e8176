package localelastic

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

func baseURL(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

// get asks the node. No connection is kept, so no goroutine stays; no proxy is asked for a loopback address.
func get(ctx context.Context, url string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, body, err
}

func clusterUUID(ctx context.Context, base string) (string, error) {
	status, body, err := get(ctx, base+"/")
	if err != nil {
		return "", err
	}
	var root struct {
		ClusterUUID string `json:"cluster_uuid"`
	}
	if err := json.Unmarshal(body, &root); err != nil || status != http.StatusOK || root.ClusterUUID == "" {
		return "", fmt.Errorf("GET %s/ is not an Elasticsearch answer (status %d)", base, status)
	}
	return root.ClusterUUID, nil
}
