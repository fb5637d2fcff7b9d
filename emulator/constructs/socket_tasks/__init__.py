"""SocketTasks: long tasks started by a WebSocket frame and answered on the same socket.

The two functions of the construct published with "Tame Long Running Tasks with Web Sockets!" (2023), in Python.
"""
