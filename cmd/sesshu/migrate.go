package main

import "context"

// migrateCommand is for a service whose own login may not migrate.
type migrateCommand struct{}

// Run does what every start of the service does first, and nothing more.
func (migrateCommand) Run(ctx context.Context, settings *Settings) error {
	stateDir, err := settings.stateDir()
	if err != nil {
		return err
	}
	d, err := settings.openDatabase(ctx, stateDir, true)
	if err != nil {
		return err
	}
	d.close(settings.logger)
	return nil
}
