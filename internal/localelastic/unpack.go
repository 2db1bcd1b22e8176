package localelastic

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/newsmill/newsmill/deployments/elasticsearch"
)

// unpack lays the embedded files into a folder of the cache that is named after their content, and returns that folder. It
// is made beside its place and moved there, so that several processes may do it at once.
func unpack(cache string) (string, error) {
	sum, err := contentHash(elasticsearch.Files)
	if err != nil {
		return "", fmt.Errorf("localelastic: unpack: %w", err)
	}
	dir := filepath.Join(cache, "files-"+sum)
	if same(elasticsearch.Files, dir) {
		return dir, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("localelastic: cache folder: %w", err)
	}
	part, err := os.MkdirTemp(cache, "unpack-")
	if err != nil {
		return "", fmt.Errorf("localelastic: unpack: %w", err)
	}
	defer os.RemoveAll(part)
	fresh := filepath.Join(part, "files")
	if err := os.CopyFS(fresh, elasticsearch.Files); err != nil {
		return "", fmt.Errorf("localelastic: unpack: %w", err)
	}
	if err := replace(fresh, part, dir); err != nil && !same(elasticsearch.Files, dir) {
		return "", fmt.Errorf("localelastic: unpack: %w", err)
	}
	return dir, nil
}

// replace moves fresh to dir; what stood there, damaged, goes into part, which the caller removes.
func replace(fresh, part, dir string) error {
	if err := os.Rename(dir, filepath.Join(part, "damaged")); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Rename(fresh, dir)
}

func contentHash(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(data), data)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:16], err
}

// same reports whether dir holds every file as it should be; a cleaner of cache folders may have taken some.
func same(files fs.FS, dir string) bool {
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		if err == nil && !bytes.Equal(got, want) {
			err = fs.ErrInvalid
		}
		return err
	})
	return err == nil
}
