package backup

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/image"
	"github.com/lightningdb/lightning-torture/engine/internal/lock"
)

// A repository of backups is a directory of its own:
//
//	backup-000001.json      a backup: its files with sizes and checksums, and a checksum of itself on the last line
//	pending-000002.json     a list that is being written; it gets its name when it is durable
//	files/NAME-SIZE-SHA256  a file of one or more backups, under its name in the store
//	LOCK                    held while somebody changes the repository; operating system only
//
// A file is stored, synced and durably named before a backup lists it, so every listed file is complete. A file that no
// list names may be the partial result of a crash. It is removed before it can be mistaken for a file of a backup.
const (
	pendingPrefix = "pending-"
	backupPrefix  = "backup-"
	backupSuffix  = ".json"
	filesName     = "files"
	listBytesMax  = 256 << 20 // size limit of a list, which takes about 150 bytes per file of the store
)

var (
	// ErrNotARepository is returned for a directory that holds something other than backups. Nothing was changed.
	ErrNotARepository = errors.New("engine: not a repository of backups")
	// ErrNoBackup is returned for a backup that is not in the repository.
	ErrNoBackup = errors.New("engine: no such backup")
)

// Info describes one backup.
type Info struct {
	ID       uint64 `json:"id"`
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`     // total size of the files
	NewBytes int64  `json:"new_bytes"` // the part of Bytes that the repository did not have yet
}

// repo is an open repository.
type repo struct {
	fs      afero.Fs
	dir     *durable.Dir
	files   *durable.Dir
	lock    io.Closer
	backups []list   // the readable ones, oldest first
	newest  uint64   // the highest number of any list, damaged ones included
	damaged []uint64 // ids of the lists that cannot be read
	damage  error
	pending []string        // unfinished lists
	has     map[string]bool // stored files named by a list
	stored  []string        // files stored since it was opened, under names in no list
}

// openRepository locks a repository and reads its lists. With create, an empty or missing directory becomes a
// repository.
func openRepository(fsys afero.Fs, path string, create bool) (*repo, error) {
	r := &repo{fs: fsys, dir: durable.NewDir(fsys, path, nil)}
	r.files = durable.NewDir(fsys, filepath.Join(path, filesName), nil)
	err := r.load()
	if create && (errors.Is(err, ErrNoBackup) || errors.Is(err, fs.ErrNotExist)) {
		err = r.files.Make()
		if err == nil {
			err = r.dir.Make()
		}
	}
	if err == nil || errors.Is(err, corrupt.Err) {
		r.lock, err = lock.Dir(fsys, path, false)
	}
	if err != nil {
		return nil, err
	}
	if err = r.load(); err != nil && !errors.Is(err, corrupt.Err) && !errors.Is(err, ErrNoBackup) {
		return nil, errors.Join(err, r.close())
	}
	if err = r.dir.CheckDir(filesName); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *repo) close() error { return r.lock.Close() }

// load reads all lists. Damaged ones are left out and recorded in damaged and damage.
func (r *repo) load() error {
	names, err := r.dir.Names()
	if err != nil {
		return err
	}
	slices.Sort(names)
	r.backups, r.damaged, r.damage, r.pending, r.newest, r.has = nil, nil, nil, nil, 0, map[string]bool{}
	var foreign []string
	for _, name := range names {
		id, ok := parseBackupName(name)
		switch {
		case strings.HasPrefix(name, pendingPrefix):
			r.pending = append(r.pending, name)
			continue
		case !ok && (name == filename.Lock || name == filesName):
			continue
		case !ok:
			foreign = append(foreign, name)
			continue
		}
		r.newest = max(r.newest, id)
		b, err := r.read(name, id)
		if errors.Is(err, corrupt.Err) {
			r.damaged, r.damage = append(r.damaged, id), errors.Join(r.damage, err)
			continue
		}
		if err != nil {
			return err
		}
		r.backups = append(r.backups, b)
		for _, f := range b.Files {
			r.has[f.stored()] = true
		}
	}
	slices.SortFunc(r.backups, func(a, b list) int { return cmp.Compare(a.ID, b.ID) })
	switch {
	case r.newest == 0 && len(foreign) > 0:
		return fmt.Errorf("%w: %s holds %q", ErrNotARepository, r.dir.Path(), foreign[:min(len(foreign), 3)])
	case r.newest == 0:
		return fmt.Errorf("%w: %s is empty", ErrNoBackup, r.dir.Path())
	}
	return r.damage
}

func (r *repo) read(name string, id uint64) (b list, err error) {
	content, err := r.dir.ReadFile(name, listBytesMax)
	if err != nil {
		return b, err
	}
	return parseList(content, filepath.Join(r.dir.Path(), name), id)
}

func (r *repo) nextID() uint64 { return r.newest + 1 }

// find returns a backup; 0 is the newest.
func (r *repo) find(id uint64) (*list, error) {
	if id == 0 && r.damage != nil {
		return nil, fmt.Errorf("cannot tell which backup is the newest, name one: %w", r.damage)
	}
	var ids []uint64
	for i := range r.backups {
		ids = append(ids, r.backups[i].ID)
		if b := &r.backups[i]; b.ID == id || id == 0 && i == len(r.backups)-1 {
			return b, nil
		}
	}
	err := fmt.Errorf("%w: %d; the repository has %v", ErrNoBackup, id, ids)
	return nil, errors.Join(err, r.damage)
}

// addFile adds a file to a backup, storing it unless the repository already has it. check is called before it is
// stored.
func (r *repo) addFile(
	b *list, name string, check func() error, open func() (io.ReadCloser, error),
) (err error) {
	content, err := open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	sum := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{sum}, struct{ io.Reader }{content}, make([]byte, 64<<10))
	if err != nil {
		return err
	}
	f := listed{Name: name, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}
	b.Files = append(b.Files, f)
	whole, err := r.isStored(f)
	if whole || err != nil {
		return err
	}
	if err := check(); err != nil {
		return err
	}
	again, err := open()
	if err != nil {
		return err
	}
	b.NewBytes += f.Bytes
	return errors.Join(r.store(f, newChecked(again, name, f)), again.Close())
}

// isStored reports whether a list names the file and it is there with the right size. Its content is not read; that is
// left to VerifyBackups and Restore.
func (r *repo) isStored(f listed) (bool, error) {
	if !r.has[f.stored()] {
		return false, nil
	}
	err := r.files.Check(f.stored())
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, corrupt.Err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	info, err := r.fs.Stat(filepath.Join(r.files.Path(), f.stored()))
	return err == nil && info.Size() == f.Bytes, err
}

// store stores a file. If a list already names the file, it had gone missing or been truncated. It is then written
// under a pending name and gets its own name only when it is durable, because later backups trust a file of the right
// size.
func (r *repo) store(f listed, content io.Reader) error {
	if !r.has[f.stored()] {
		r.has[f.stored()] = true
		r.stored = append(r.stored, f.stored())
		_, err := r.files.CopyIn(f.stored(), content)
		return err
	}
	pending := pendingPrefix + f.stored()
	if _, err := r.files.CopyIn(pending, content); err != nil {
		return errors.Join(err, image.Discard(r.files, []string{pending}, err))
	}
	files := r.files.WithoutCancel() // between the removal and the renaming, the file is missing
	if err := files.Remove(f.stored()); err != nil {
		return err
	}
	return files.Rename(pending, f.stored())
}

func (r *repo) addMade(b *list, f image.MadeFile) error {
	return r.addFile(b, f.Name, func() error { return nil }, func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(f.Content)), nil
	})
}

// publish lists a backup whose files are all written.
func (r *repo) publish(b *list) error {
	text, err := b.text()
	if err != nil {
		return err
	}
	if err := r.files.Sync(); err != nil {
		return err
	}
	pending := fmt.Sprintf("%s%06d%s", pendingPrefix, b.ID, backupSuffix)
	if err := r.dir.WriteFile(pending, text); err != nil {
		return errors.Join(err, image.Discard(r.dir, []string{pending}, err))
	}
	dir := r.dir.WithoutCancel() // once it is listed, the backup exists
	if err := dir.Rename(pending, backupName(b.ID)); err != nil {
		return err
	}
	return dir.Sync()
}

// remove deletes backups: first their lists, each durably, then the files that only they needed. It returns the ids
// whose lists are gone. Files stay if another list is damaged.
func (r *repo) remove(ids []uint64) (deleted []uint64, err error) {
	for _, id := range ids {
		if err := r.dir.Remove(backupName(id)); err != nil {
			return deleted, err
		}
		deleted = append(deleted, id)
	}
	err = r.load()
	if errors.Is(err, corrupt.Err) {
		return deleted, nil
	}
	if err == nil || errors.Is(err, ErrNoBackup) {
		err = r.removeUnused()
	}
	if err != nil {
		err = fmt.Errorf("deleted backups %v, but not all of their files: %w", deleted, err)
	}
	return deleted, err
}

func (r *repo) isDamaged() error {
	return fmt.Errorf("delete the damaged backup or put its list back: %w", r.damage)
}

// removeUnused removes the files that no list names. If a list is damaged, it may name any of them: then the files stay
// and the error is the damage.
func (r *repo) removeUnused() error {
	if r.damage != nil {
		return r.isDamaged()
	}
	if err := r.dir.Remove(r.pending...); err != nil {
		return err
	}
	names, err := r.files.Names()
	if errors.Is(err, fs.ErrNotExist) {
		return r.files.Make()
	}
	if err != nil {
		return err
	}
	unused := slices.DeleteFunc(names, func(name string) bool { return r.has[name] })
	slices.Sort(unused)
	return r.files.Remove(unused...)
}
