package dev.ashlar.examples;

import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Layout;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Lists the options of {@code --help} under headings, by the class that declares them. */
final class HelpSections {
  private HelpSections() {}

  /** Puts headings over the options of mixins, in the order in which they were declared. */
  static void install(CommandSpec command, Map<String, String> headings) {
    command
        .usageMessage()
        .sectionMap()
        .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> render(help, headings));
  }

  private static String render(Help help, Map<String, String> headings) {
    var text = new StringBuilder();
    Map<String, CommandSpec> mixins = help.commandSpec().mixins();
    mixins.forEach(
        (name, mixin) -> {
          if (headings.containsKey(name)) {
            text.append("%n%s%n".formatted(headings.get(name))).append(options(help, mixin));
          }
        });
    return text.append("%nAbout this command%n".formatted())
        .append(rest(help, headings))
        .toString();
  }

  private static String options(Help help, CommandSpec mixin) {
    Layout layout = help.createDefaultLayout();
    for (OptionSpec option : mixin.options()) {
      layout.addOption(option, help.createDefaultParamLabelRenderer());
    }
    return layout.toString();
  }

  /** Returns what is in none of the sections. */
  private static String rest(Help help, Map<String, String> headings) {
    Layout layout = help.createDefaultLayout();
    for (OptionSpec option : help.commandSpec().options()) {
      boolean elsewhere =
          help.commandSpec().mixins().entrySet().stream()
              .filter(mixin -> headings.containsKey(mixin.getKey()))
              .anyMatch(mixin -> mixin.getValue().optionsMap().containsKey(option.longestName()));
      if (!elsewhere && !option.hidden()) {
        layout.addOption(option, help.createDefaultParamLabelRenderer());
      }
    }
    return layout.toString();
  }
}
