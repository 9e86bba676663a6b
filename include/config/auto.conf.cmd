deps_config := \
	/dev/null \

include/config/auto.conf: $(deps_config)


$(deps_config): ;
