package faultfstest

import (
	"bytes"
	"os"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const workers, rounds = 8, 200

// together runs work in several goroutines at once.
func together(work func(worker int)) {
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() { work(i) })
	}
	wg.Wait()
}

var concurrentTests = map[string]func(*suite){
	"concurrent ReadAt on one handle": func(s *suite) {
		var blocks []byte
		for i := range workers {
			blocks = append(blocks, bytes.Repeat([]byte{byte('a' + i)}, 3000)...)
		}
		f := s.file("/a", string(blocks))
		together(func(i int) {
			b := make([]byte, 3000)
			for range rounds {
				_, err := f.ReadAt(b, int64(i*3000))
				if !assert.NoError(s.t, err) || !assert.Equal(s.t, blocks[i*3000:(i+1)*3000], b) {
					return
				}
			}
		})
	},
	"concurrent WriteAt to one file": func(s *suite) {
		f := s.file("/a", "")
		together(func(i int) {
			for r := range rounds {
				_, err := f.WriteAt([]byte{byte('a' + i)}, int64(r*workers+i))
				assert.NoError(s.t, err)
			}
		})
		s.holds("/a", string(bytes.Repeat([]byte("abcdefgh"), rounds)))
	},
	"concurrent appends are whole": func(s *suite) {
		together(func(i int) {
			f, err := s.fs.OpenFile("/a", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
			if !assert.NoError(s.t, err) {
				return
			}
			for range rounds {
				_, err := f.Write(bytes.Repeat([]byte{byte('a' + i)}, 7))
				assert.NoError(s.t, err)
			}
			assert.NoError(s.t, f.Close())
		})
		b := make([]byte, workers*rounds*7)
		_, err := s.open("/a", os.O_RDONLY).ReadAt(b, 0)
		s.ok(err)
		for len(b) > 0 {
			require.Equal(s.t, bytes.Repeat(b[:1], 7), b[:7])
			b = b[7:]
		}
	},
	"one winner of O_EXCL": func(s *suite) {
		for range rounds {
			var winners atomic.Int64
			together(func(int) {
				f, err := s.fs.OpenFile("/lock", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
				if err == nil {
					winners.Add(1)
					assert.NoError(s.t, f.Close())
				} else {
					assert.ErrorIs(s.t, err, os.ErrExist)
				}
			})
			require.EqualValues(s.t, 1, winners.Load())
			s.ok(s.fs.Remove("/lock"))
		}
	},
}
