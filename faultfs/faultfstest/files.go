package faultfstest

import (
	"io"
	"os"
	"strings"

	"github.com/stretchr/testify/require"
)

var fileTests = map[string]func(*suite){
	"ReadAt and WriteAt leave the cursor alone": func(s *suite) {
		f := s.file("/a", "0123456789")
		_, err := f.Seek(2, io.SeekStart)
		s.ok(err)
		s.writeAt(f, "XY", 7)
		b := make([]byte, 3)
		_, err = f.ReadAt(b, 6)
		s.ok(err)
		require.Equal(s.t, "6XY", string(b))
		_, err = f.Read(b)
		s.ok(err)
		require.Equal(s.t, "234", string(b))
		s.write(f, "_")
		s.holds("/a", "01234_6XY9")
	},
	"seek": func(s *suite) {
		f := s.file("/a", "0123456789")
		for _, step := range []struct {
			off    int64
			whence int
			want   int64
		}{{3, io.SeekStart, 3}, {2, io.SeekCurrent, 5}, {-1, io.SeekEnd, 9}, {5, io.SeekEnd, 15}, {-15, io.SeekCurrent, 0}} {
			got, err := f.Seek(step.off, step.whence)
			s.ok(err)
			require.Equal(s.t, step.want, got)
		}
		_, err := f.Seek(-1, io.SeekStart)
		require.Error(s.t, err)
		_, err = f.Seek(0, 9)
		require.Error(s.t, err)
		got, err := f.Seek(0, io.SeekCurrent)
		s.ok(err)
		require.Zero(s.t, got, "a seek that fails moves nothing")
	},
	"end of file": func(s *suite) {
		f := s.file("/a", "abc")
		b := make([]byte, 5)
		n, err := f.ReadAt(b, 1)
		require.Equal(s.t, 2, n)
		require.Equal(s.t, io.EOF, err)
		n, err = f.ReadAt(b[:2], 1)
		require.Equal(s.t, 2, n)
		require.NoError(s.t, err)
		n, err = f.ReadAt(b, 3)
		require.Zero(s.t, n)
		require.Equal(s.t, io.EOF, err)
		n, err = f.ReadAt(b, 900)
		require.Zero(s.t, n)
		require.Equal(s.t, io.EOF, err)
		n, err = f.Read(b)
		require.Zero(s.t, n)
		require.Equal(s.t, io.EOF, err)
		_, err = f.Seek(1, io.SeekStart)
		s.ok(err)
		n, err = f.Read(b)
		require.Equal(s.t, 2, n)
		require.NoError(s.t, err)
		n, err = f.Read(nil)
		require.Zero(s.t, n)
		require.NoError(s.t, err)
	},
	"negative offsets": func(s *suite) {
		f := s.file("/a", "abc")
		_, err := f.ReadAt(make([]byte, 1), -1)
		require.Error(s.t, err)
		_, err = f.WriteAt([]byte("x"), -1)
		require.Error(s.t, err)
		require.Error(s.t, f.Truncate(-1))
		s.holds("/a", "abc")
	},
	"holes read as zeros": func(s *suite) {
		f := s.file("/a", "abc")
		s.writeAt(f, "z", 9000)
		s.holds("/a", "abc"+zeros(8997)+"z")
		s.writeAt(f, "y", 5000)
		s.holds("/a", "abc"+zeros(4997)+"y"+zeros(3999)+"z")
	},
	"writing nothing changes nothing": func(s *suite) {
		f := s.file("/a", "abc")
		n, err := f.WriteAt(nil, 100)
		require.Zero(s.t, n)
		s.ok(err)
		s.holds("/a", "abc")
	},
	"truncate down and up reads zeros": func(s *suite) {
		for _, cut := range []int64{0, 1, 511, 512, 513, 4095, 4096, 4097, 8192, 9999} {
			whole := strings.Repeat("x", 10_000)
			f := s.file("/a", whole)
			s.ok(f.Truncate(cut))
			s.holds("/a", whole[:cut])
			s.ok(f.Truncate(12_000))
			s.holds("/a", whole[:cut]+zeros(12_000-int(cut)))
			s.ok(f.Close())
		}
	},
	"truncate then write past the end": func(s *suite) {
		f := s.file("/a", strings.Repeat("x", 9000))
		s.ok(f.Truncate(10))
		s.writeAt(f, "y", 8500)
		s.holds("/a", strings.Repeat("x", 10)+zeros(8490)+"y")
	},
	"truncate leaves the cursor": func(s *suite) {
		f := s.file("/a", "abc")
		s.ok(f.Truncate(1))
		s.write(f, "z")
		s.holds("/a", "a\x00\x00z")
	},
	"writes across pages": func(s *suite) {
		f, model := s.file("/a", ""), make([]byte, 3*4096)
		for i, piece := range []struct{ off, n int }{{0, 5000}, {4000, 200}, {4096, 4096}, {8190, 4}, {1, 12_000}, {511, 2}} {
			text := strings.Repeat(string(rune('a'+i)), piece.n)
			s.writeAt(f, text, int64(piece.off))
			copy(model[piece.off:], text)
		}
		s.holds("/a", string(model[:12_001]))
	},
	"the caller keeps its buffer": func(s *suite) {
		f, b := s.file("/a", ""), []byte("abc")
		_, err := f.Write(b)
		s.ok(err)
		copy(b, "xyz")
		s.holds("/a", "abc")
	},
	"WriteString": func(s *suite) {
		f := s.file("/a", "")
		n, err := f.WriteString("abc")
		s.ok(err)
		require.Equal(s.t, 3, n)
		s.holds("/a", "abc")
	},
	"stat of handles and paths": func(s *suite) {
		f := s.file("/a", "abc")
		s.dir("/d")
		before, err := f.Stat()
		s.ok(err)
		s.write(f, "def")
		after, err := s.fs.Stat("/a")
		s.ok(err)
		require.EqualValues(s.t, 3, before.Size(), "a FileInfo does not change")
		require.EqualValues(s.t, 6, after.Size())
		require.Equal(s.t, "a", after.Name())
		require.False(s.t, after.IsDir())
		require.True(s.t, after.Mode().IsRegular())
		dir, err := s.fs.Stat("/d")
		s.ok(err)
		require.True(s.t, dir.IsDir())
		require.True(s.t, dir.Mode().IsDir())
	},
	"sync of files and directories": func(s *suite) {
		s.ok(s.file("/a", "abc").Sync())
		s.dir("/d")
		s.ok(s.open("/d", os.O_RDONLY).Sync())
		s.ok(s.open("/", os.O_RDONLY).Sync())
	},
}

func zeros(n int) string { return strings.Repeat("\x00", n) }
