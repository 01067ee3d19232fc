package faultfs_test

import (
	"io"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// program is a random program on a filesystem. What it does depends on its seed and on what it finds.
type program struct {
	fs     *faultfs.FS
	rng    *rand.Rand
	letter byte
	open   []afero.File
	// healthy programs run on a disk whose syncs work.
	healthy bool
	// moving programs change names, mostly from one directory to another.
	moving bool
	// faults are rules, of which one is in force for some of the steps.
	faults []string
	luck   *rand.Rand // draws faults only, so that programs without faults stay the same
}

func newProgram(fs *faultfs.FS, seed uint64, letter byte) *program {
	return &program{
		fs: fs, rng: rand.New(rand.NewPCG(seed, 7)), letter: letter, luck: rand.New(rand.NewPCG(seed, 8)),
	}
}

var (
	someFiles   = []string{"/a", "/b", "/d/a", "/d/b", "/e/a", "/d/s/a"}
	someDirs    = []string{"/d", "/e", "/d/s", "/e/s", "/e/t"}
	someTargets = []string{"b", "../b", "/d", "s", "../e/a"}
	someOffs    = []int64{0, 0, 100, 500, 512, 1000, 3900, 4090, 4096}
	someLens    = []int{1, 50, 300, 512, 700, 1100}
	someSizes   = []int64{0, 0, 60, 300, 512, 600, 4100, 5000}
)

func pick[T any](p *program, from []T) T { return from[p.rng.IntN(len(from))] }

// file picks a file, one of them more often than the others so that operations meet.
func (p *program) file() string {
	return someFiles[max(0, p.rng.IntN(2*len(someFiles))-len(someFiles))]
}

// step does one operation, occasionally under a fault. Its result is ignored, because both sides of a comparison get
// the same.
func (p *program) step() {
	if len(p.faults) > 0 && p.luck.IntN(2) == 0 {
		rule, err := faultfs.ParseRule(p.faults[p.luck.IntN(len(p.faults))])
		must(err)
		p.fs.SetRules(rule)
		defer p.fs.SetRules()
		defer p.look() // so that the effect of an eviction is seen
	}
	if p.moving {
		p.move()
		return
	}
	p.act()
}

// move is a step of a program that moves files between directories.
func (p *program) move() {
	switch n := p.rng.IntN(100); {
	case n < 8:
		p.handle(os.O_RDWR|os.O_CREATE, func(afero.File) {})
	case n < 36:
		_ = p.fs.Rename(p.file(), pick(p, someFiles))
	case n < 44:
		_ = p.fs.Exchange(p.file(), pick(p, someFiles))
	case n < 54:
		_ = p.fs.Remove(p.file())
	case n < 66:
		_ = p.fs.Link(p.file(), pick(p, someFiles))
	case n < 70:
		_ = p.fs.Rename(pick(p, someDirs), pick(p, someDirs))
	case n < 72:
		_ = p.fs.Exchange(pick(p, someDirs), pick(p, someDirs))
	case n < 75:
		_ = p.fs.Mkdir(pick(p, someDirs), 0o777)
	case n < 77:
		_ = p.fs.Remove(pick(p, someDirs))
	case n < 92:
		p.dirSync()
	case n < 97:
		p.handle(os.O_RDWR, p.sync)
	default:
		p.look()
	}
}

func (p *program) act() {
	switch n := p.rng.IntN(100); {
	case n < 14:
		p.handle(os.O_RDWR|os.O_CREATE, func(afero.File) {})
	case n < 34:
		p.handle(os.O_RDWR|os.O_CREATE, func(f afero.File) { p.write(f, pick(p, someOffs)) })
	case n < 40:
		p.handle(os.O_RDWR, func(f afero.File) {
			if end, err := f.Seek(0, io.SeekEnd); err == nil {
				p.write(f, end)
			}
		})
	case n < 47:
		p.handle(os.O_RDWR, func(f afero.File) { _ = f.Truncate(pick(p, someSizes)) })
	case n < 51:
		p.write(p.held(), pick(p, someOffs))
	case n < 57:
		_ = p.fs.Rename(p.file(), p.file())
	case n < 60:
		_ = p.fs.Exchange(p.file(), p.file())
	case n < 62:
		_ = p.fs.Rename(pick(p, someDirs), pick(p, someDirs))
	case n < 63:
		_ = p.fs.Exchange(pick(p, someDirs), p.file())
	case n < 69:
		_ = p.fs.Remove(p.file())
	case n < 72:
		_ = p.fs.Remove(pick(p, someDirs))
	case n < 75:
		_ = p.fs.Link(p.file(), p.file())
	case n < 77:
		_ = p.fs.SymlinkIfPossible(pick(p, someTargets), p.file())
	case n < 82:
		_ = p.fs.Mkdir(pick(p, someDirs), 0o777)
	case n < 90:
		p.handle(os.O_RDWR, p.sync)
	case n < 96:
		p.dirSync()
	default:
		p.look()
	}
}

func (p *program) handle(flag int, use func(afero.File)) {
	f, err := p.fs.OpenFile(p.file(), flag, 0o666)
	if err != nil {
		return
	}
	use(f)
	p.open = append(p.open, f)
}

// held returns a file opened earlier, which may no longer have a name.
func (p *program) held() afero.File {
	if len(p.open) == 0 {
		return nil
	}
	return pick(p, p.open)
}

func (p *program) write(f afero.File, off int64) {
	n := pick(p, someLens)
	if f == nil {
		return
	}
	p.letter++
	_, _ = f.WriteAt([]byte(strings.Repeat(string(p.letter), n)), off)
}

func (p *program) sync(f afero.File) {
	switch fate := p.rng.IntN(8); {
	case p.healthy, len(p.faults) > 0:
	case fate < 2:
		p.fs.SetRules(&faultfs.Rule{Effect: faultfs.FailedSync, Op: faultfs.OpSync})
	case fate == 2:
		p.fs.SetRules(&faultfs.Rule{Effect: faultfs.LostSync, Op: faultfs.OpSync})
	case fate == 3:
		p.fs.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpSync})
	}
	_ = f.Sync()
	if len(p.faults) == 0 {
		p.fs.SetRules()
	}
}

func (p *program) dirSync() {
	f, err := p.fs.Open(pick(p, append([]string{"/", "/"}, someDirs...)))
	if err != nil {
		return
	}
	p.sync(f)
	p.open = append(p.open, f)
}

// look reads something. In a crash image, that decides what it reads.
func (p *program) look() { _ = p.glance()(fsView{p.fs}) }

// glance returns a random partial observation.
func (p *program) glance() func(view) string {
	file, dir, off, n := p.file(), pick(p, someDirs), pick(p, someOffs), pick(p, someLens)
	switch p.rng.IntN(4) {
	case 0:
		return func(v view) string { return strings.Join(v.names("/"), " ") }
	case 1:
		return func(v view) string { return strings.Join(v.names(dir), " ") }
	case 2:
		return func(v view) string { return v.read(file, off, int64(n)) }
	default:
		return func(v view) string {
			if v.size(file) > 1000 {
				return "big"
			}
			return "small"
		}
	}
}
