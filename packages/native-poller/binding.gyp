{
  # The backend is chosen by system: exactly one poller_*.c and one wakeup_*.c are compiled in.
  'variables': {
    # The folder libkqueue was installed into, or ''. With it a kqueue flavour is built on Linux,
    # for tests of the kqueue backend where there is no kqueue.
    'libkqueue%': '<!(node scripts/find-libkqueue.mjs)',
    # Warnings are errors here, but not for users, whose compilers may know new ones.
    'strictness': '<!(node -p "fs.existsSync(\'../../pnpm-workspace.yaml\') ? \'-Werror\' : \'-Wextra\'")',
    'common_sources': [
      'native/accept.c',
      'native/addon.c',
      'native/address.c',
      'native/binding.c',
      'native/convert.c',
      'native/engine.c',
      'native/flush.c',
      'native/gather.c',
      'native/lifetime.c',
      'native/mail.c',
      'native/mailbox.c',
      'native/queue.c',
      'native/random.c',
      'native/slots.c',
      'native/socket_ops.c',
      'native/watch_thread.c',
      'native/watch_uv_poll.c',
    ],
  },
  'target_defaults': {
    'defines': ['NAPI_VERSION=8'],
    'cflags': ['-std=c11', '-Wall', '-Wextra', '<(strictness)', '-O2', '-fvisibility=hidden'],
    'cflags!': ['-O3'],
    'conditions': [
      ['OS=="linux"', {
        'defines': ['_GNU_SOURCE'],
        'ldflags': ['-pthread'],
      }],
      ['OS=="mac"', {
        'xcode_settings': {
          'GCC_C_LANGUAGE_STANDARD': 'c11',
          'GCC_OPTIMIZATION_LEVEL': '2',
          'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
          'WARNING_CFLAGS': ['-Wall', '-Wextra', '<(strictness)'],
          'MACOSX_DEPLOYMENT_TARGET': '11.0',
        },
      }],
    ],
  },
  'targets': [
    {
      'target_name': 'gev_poller',
      'sources': ['<@(common_sources)'],
      'conditions': [
        ['OS=="linux"', {
          'sources': ['native/poller_epoll.c', 'native/wakeup_eventfd.c'],
        }, {
          'sources': ['native/poller_kqueue.c', 'native/wakeup_user.c'],
        }],
      ],
    },
  ],
  'conditions': [
    ['OS=="linux" and libkqueue!=""', {
      'targets': [
        {
          'target_name': 'gev_poller_kqueue',
          # Apart from the default one: node-gyp-build takes any addon it finds in build/Release.
          'product_dir': '<(module_root_dir)/build/kqueue',
          'sources': [
            '<@(common_sources)',
            'native/poller_kqueue.c',
            'native/wakeup_user.c',
          ],
          'include_dirs': ['<(libkqueue)/include/kqueue'],
          # libkqueue runs a thread of its own, so its code must stay when a worker unloads addons.
          'ldflags': ['-L<(libkqueue)/lib', '-Wl,-rpath,<(libkqueue)/lib', '-Wl,-z,nodelete'],
          'libraries': ['-lkqueue'],
        },
      ],
    }],
  ],
}
