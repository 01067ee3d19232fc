package cancel

import (
	"context"
	"io"
	"io/fs"

	"github.com/spf13/afero"
)

// ReaderAt returns a reader that behaves like r until ctx is done.
func ReaderAt(ctx context.Context, r io.ReaderAt) io.ReaderAt {
	if ctx.Done() == nil {
		return r
	}
	return untilReader{r, ctx}
}

type untilReader struct {
	io.ReaderAt
	ctx context.Context
}

func (r untilReader) ReadAt(b []byte, off int64) (int, error) {
	return call(r.ctx, func() (int, error) { return r.ReaderAt.ReadAt(b, off) })
}

// untilFile is a file that works until a context is done. Close and Name always do.
type untilFile struct {
	afero.File
	ctx context.Context
}

func (f *untilFile) Read(b []byte) (int, error) {
	return call(f.ctx, func() (int, error) { return f.File.Read(b) })
}

func (f *untilFile) ReadAt(b []byte, off int64) (int, error) {
	return call(f.ctx, func() (int, error) { return f.File.ReadAt(b, off) })
}

func (f *untilFile) Seek(offset int64, whence int) (int64, error) {
	return call(f.ctx, func() (int64, error) { return f.File.Seek(offset, whence) })
}

func (f *untilFile) Write(b []byte) (int, error) {
	return call(f.ctx, func() (int, error) { return f.File.Write(b) })
}

func (f *untilFile) WriteAt(b []byte, off int64) (int, error) {
	return call(f.ctx, func() (int, error) { return f.File.WriteAt(b, off) })
}

func (f *untilFile) WriteString(s string) (int, error) {
	return call(f.ctx, func() (int, error) { return f.File.WriteString(s) })
}

func (f *untilFile) Readdir(count int) ([]fs.FileInfo, error) {
	return call(f.ctx, func() ([]fs.FileInfo, error) { return f.File.Readdir(count) })
}

func (f *untilFile) Readdirnames(n int) ([]string, error) {
	return call(f.ctx, func() ([]string, error) { return f.File.Readdirnames(n) })
}

func (f *untilFile) Stat() (fs.FileInfo, error) { return call(f.ctx, f.File.Stat) }

func (f *untilFile) Sync() error {
	_, err := call(f.ctx, func() (struct{}, error) { return struct{}{}, f.File.Sync() })
	return err
}

func (f *untilFile) Truncate(size int64) error {
	_, err := call(f.ctx, func() (struct{}, error) { return struct{}{}, f.File.Truncate(size) })
	return err
}
