package native

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/mount"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// mounted is the way through FUSE. It lives on a stage, in the process that serves the mount.
type mounted struct {
	Copies
	mount *mount.Mount
}

// Record runs the program once on an empty disk.
func (m *mounted) Record(ctx context.Context) (*program.Recording, error) {
	rules := make([]*faultfs.Rule, len(m.Spec.Rules))
	for i, text := range m.Spec.Rules {
		rule, err := faultfs.ParseRule(text)
		if err != nil {
			return nil, err
		}
		rules[i] = rule
	}
	stdout, err := regexp.Compile(m.Spec.Stdout)
	if err != nil {
		return nil, err
	}
	tape := program.NewTape(rules...)
	printed := &tail{}
	dir := m.mount.Add(mount.Disk{
		FS: tape.FS,
		Ack: func(line string) {
			if m.Spec.Stdout == "" {
				tape.Ack(line)
			}
		},
		Stdout: func(line string) {
			if found := stdout.FindStringSubmatch(line); found != nil {
				tape.Ack(found[min(1, len(found)-1)])
			}
			fmt.Fprintln(printed, line)
		},
	})
	defer m.mount.Remove(dir)
	c := command{fill(m.Spec.Program, dir, ""), []string{"TORTURE_DIR=" + dir}}
	if m.Spec.Stdout != "" {
		// The shell opens the file, because this process must not touch the mount.
		c.args = append([]string{"/bin/sh", "-c", `exec "$@" >"$0"`, dir + "/.torture/stdout"}, c.args...)
	}
	end, err := c.run(ctx, m.Spec.Timeout)
	if err != nil {
		return nil, fmt.Errorf("the program %w", err)
	}
	stage.KillOthers()
	if len(end.stdout) == 0 {
		end.stdout = printed.lines()
	}
	rec := tape.Recording("fuse", m.Spec.Program)
	rec.Ended = strings.ReplaceAll(end.how(), dir, program.Dir)
	rec.Modes = map[faultfs.Ino]program.Mode{}
	for ino, a := range m.mount.Attrs(dir) { // into a map: the order does not matter
		rec.Modes[ino] = program.Mode{Perm: a.Mode, UID: a.UID, GID: a.GID}
	}
	m.Rec = rec
	return rec, nil
}

// Recoverer returns a recoverer of copies or, if the checker is to observe, of images that are served.
func (m *mounted) Recoverer(worker int) (program.Recoverer, error) {
	r, err := m.Copies.Recoverer(worker)
	if err != nil || !m.Spec.Observe {
		return r, err
	}
	c := r.(*copier)
	attrs := map[faultfs.Ino]mount.Attr{}
	for ino, mode := range m.Rec.Modes {
		attrs[ino] = mount.Attr{Mode: mode.Perm, UID: mode.UID, GID: mode.GID}
	}
	return &observer{copier: c, mount: m.mount, attrs: attrs}, nil
}

// observer lets the checker look at undecided images.
type observer struct {
	*copier
	mount *mount.Mount
	attrs map[faultfs.Ino]mount.Attr
}

func (o *observer) Observes() bool { return true }

// Recover serves an image while the checker recovers it.
func (o *observer) Recover(ctx context.Context, img *faultfs.FS, acked []program.Ack) (program.Answer, error) {
	dir := o.mount.Add(mount.Disk{FS: img, Attrs: o.attrs})
	defer o.mount.Remove(dir)
	return o.ask(ctx, dir, acked)
}
