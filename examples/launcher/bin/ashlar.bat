@echo off
rem Runs Ashlar's command line on a JDK 25 or newer.
rem   ASHLAR_JAVA     the java command or JDK folder to use
rem   ASHLAR_OPTS     further JVM flags, separated by spaces
rem   TORNADOVM_HOME  the SDK of TornadoVM, for devices; used where Ashlar was built with it
setlocal
set "needed=25"
for %%I in ("%~dp0..") do set "home=%%~fI"

set "java="
if defined ASHLAR_JAVA if exist "%ASHLAR_JAVA%\bin\java.exe" set "java=%ASHLAR_JAVA%\bin\java.exe"
if defined ASHLAR_JAVA if not defined java set "java=%ASHLAR_JAVA%"
if not defined java if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
if not defined java set "java=java"

set "version=0"
for /f "tokens=3" %%V in ('call "%java%" -XshowSettings:properties -version 2^>^&1 ^| findstr /c:"java.specification.version"') do set "version=%%V"
if %version% GEQ %needed% goto start
echo ashlar: needs a JDK %needed% or newer, and "%java%" is none: let JAVA_HOME or ASHLAR_JAVA name one 1>&2
exit /b 1

:start
rem Devices want a JVM that TornadoVM can compile in, and no silent fallback to plain Java.
set "device="
if defined TORNADOVM_HOME if exist "%TORNADOVM_HOME%\tornado-argfile" if exist "%home%\lib\ashlar-gpu-*.jar" set device="@%TORNADOVM_HOME%\tornado-argfile" -Dtornado.recover.bailout=False

"%java%" "@%home%\jvm.flags" "-Dashlar.home=%home%" %ASHLAR_OPTS% %device% -cp "%home%\lib\*" dev.ashlar.examples.Main %*
exit /b %ERRORLEVEL%
