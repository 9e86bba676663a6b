/** Small trees for tests. */

/** Menus, a choice, selects, numbers and texts; invisible menus and symbols. */
export const network = `mainmenu "Test Configuration"
config MODULES
	bool "Modules"
	modules
	default y
comment "A comment"
menuconfig NET
	bool "Networking"
	help
	  About networks.
if NET
config INET
	bool "Internet"
	default y
config DRIVER
	tristate "Driver"
	depends on INET
	select CRC
config QUEUES
	int "Queues"
	range 1 16
	default 4
config OTHER
	tristate "Other driver"
	depends on DRIVER
endif
config CRC
	tristate "Checksums"
choice
	prompt "Scheduler"
	default FAIR
config FIFO
	bool "First in first out"
config FAIR
	bool "Completely fair"
	help
	  Fair to all.
config DEADLINE
	bool "Deadlines"
	depends on NET
endchoice
menu "Empty for now"
	depends on CRC
config INSIDE
	bool "Inside"
	depends on DRIVER=y
endmenu
config NAME
	string "Name"
	default "none"
config SECRET
	bool "Secret" if NET
	default y
`;
