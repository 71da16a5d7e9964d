"""What each noun of the command line takes: options and help only. A command's module is imported when it runs."""
